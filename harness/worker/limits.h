// What one job may use, and what it did use.
#pragma once

#include <cstdint>
#include <string>

namespace assay {

/// Makes the kernel choose this process, and not the user's shell, when memory runs out.
void volunteer_for_oom_killer();

/// Limits the process's private writable memory (RLIMIT_DATA); 0: no limit. Returns why the
/// job cannot run with that, as the worker alone needs more, else "".
std::string limit_memory(std::uint64_t bytes);

/// Time and memory from its construction on.
class Usage {
 public:
  Usage();
  double seconds() const;
  double cpu_seconds() const;
  std::uint64_t peak_bytes() const;  ///< largest resident size

 private:
  double wall_begin_, cpu_begin_;
};

}  // namespace assay
