// Leaves a trace in the job's log when the worker is about to die of a signal.
#pragma once

#include <string>

namespace assay {

/// From now on a fatal signal first writes where the worker was and a backtrace to standard error;
/// then it does what it would have done. Not in builds with sanitizers, which do so themselves.
void trace_crashes();

/// What the trace calls the place: the job and its phase.
void name_place(const std::string& job, const std::string& phase);

}  // namespace assay
