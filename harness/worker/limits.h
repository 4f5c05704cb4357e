// What one job may use, and what it did use.
#pragma once

#include <cstdint>

namespace assay {

/// Makes the kernel choose this process, and not the user's shell, when memory runs out.
void volunteer_for_oom_killer();

/// Limits what the process may add to its private writable memory from now on (RLIMIT_DATA); 0: no
/// limit. What it has already, be it LibTorch's or left behind by earlier jobs, does not count: a
/// job's fate must not depend on what ran before.
void limit_memory(std::uint64_t bytes);

/// Time and memory from its construction on, of this process and of those that it waited for.
class Usage {
 public:
  Usage();
  double seconds() const;
  double cpu_seconds() const;
  std::uint64_t peak_bytes() const;  ///< largest resident size of one process

 private:
  double wall_begin_, cpu_begin_;
  std::uint64_t largest_child_begin_;
};

}  // namespace assay
