// The numeric settings of a process that trains: one thread, deterministic kernels, no TF32.
#pragma once

#include <map>
#include <string>

namespace assay {

/// To be called at the start of every job and of a test program, from the thread that will train:
/// whatever a plugin has changed before is put back (gradient mode and the default type too). Tiny floats are flushed to zero on this thread and on those it starts afterwards (a dead unit's
/// momentum would otherwise decay into subnormals, which are a hundred times slower).
void configure_numerics();

/// The settings that can change a number, by name, as they are now: part of every cache key.
std::map<std::string, std::string> numeric_settings();

}  // namespace assay
