// The worker's one-shot calls, as the command makes them.
#pragma once

#include "host/process/process.h"

#include <assay/common/parameters_json.h>

#include <string>
#include <vector>

namespace assay {

/// Runs `assay-worker arguments...` of this installation with the environment workers get. Throws
/// Error when the program is missing or, naming the library and `assay doctor`, when the loader cannot
/// start it.
ProcessResult call_worker(const std::vector<std::string>& arguments, ProcessOptions options = {});

/// The same for calls that print one document and must not fail: throws Error with the worker's text.
Json ask_worker(const std::vector<std::string>& arguments, ProcessOptions options = {});

/// Changes to the environment of every worker (ProcessOptions::environment): one thread, waiting
/// without spinning (measured 6 to 35 times faster on a busy machine), set before libgomp loads; and
/// none of the variables that change results without being in a key.
const std::vector<std::string>& worker_environment();

/// A hash of everything the worker's answers depend on: worker, libassay, the LibTorch it is linked
/// to, and the processor.
std::string worker_fingerprint();

}  // namespace assay
