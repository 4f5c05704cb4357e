// Turns whatever was thrown into the error that a cell shows.
#pragma once

#include <cstdint>
#include <string>

namespace assay {

struct Failure {
  std::string kind;     ///< docs/protocol.md: "exception", "memory", "disk"
  std::string message;  ///< for people; never empty
};

/// Call inside a catch block. `memory_bytes`: the job's limit, named when memory ran out (0: none).
Failure current_failure(std::uint64_t memory_bytes = 0);

}  // namespace assay
