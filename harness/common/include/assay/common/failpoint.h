// Failpoints: places where a test kills the process or makes a call fail.
#pragma once

namespace assay {

/// Counts passes; when the environment has ASSAY_FAILPOINT=N the N-th pass of this process kills it
/// with SIGKILL. ASSAY_FAILPOINT_LOG=FILE appends each name (to learn how many there are).
/// Costs one branch when neither is set. Workers get neither variable from the command;
/// ASSAY_FAILPOINT_WORKER=N reaches the first worker of a command as ASSAY_FAILPOINT=N.
void failpoint(const char* name);

/// Whether the write about to be made should fail as on a full disk: the N-th of this process under
/// ASSAY_FAILPOINT_ENOSPC=N, that and all later ones under ASSAY_FAILPOINT_ENOSPC=N+.
bool disk_full_failpoint();

/// Reads the variables again and counts from one: for the forked child of a test.
void restart_failpoints();

}  // namespace assay
