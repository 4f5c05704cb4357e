// The numeric settings of a process that trains: one thread, deterministic kernels, no TF32.
#pragma once

#include <map>
#include <string>

namespace assay {

/// To be called once at the start of a worker or a test program, from the thread that will train:
/// tiny floats are flushed to zero on this thread and on those it starts afterwards (a dead unit's
/// momentum would otherwise decay into subnormals, which are a hundred times slower).
void configure_numerics();

/// The settings that can change a number, by name: part of every cache key.
std::map<std::string, std::string> numeric_settings();

}  // namespace assay
