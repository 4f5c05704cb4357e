// Failpoints: places where a test kills the process or makes a call fail.
#pragma once

namespace assay {

/// Counts passes; when the environment has ASSAY_FAILPOINT=N the N-th pass of this process kills it
/// with SIGKILL. ASSAY_FAILPOINT_LOG=FILE appends each name (to learn how many there are).
/// Costs one branch when neither is set.
void failpoint(const char* name);

}  // namespace assay
