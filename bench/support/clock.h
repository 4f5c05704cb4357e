// Seconds of CPU time: on a machine that others use too, they say more than those on the wall.
#pragma once

#include <algorithm>
#include <ctime>
#include <limits>

namespace assay::bench {

/// CPU time that this process has used, all threads.
inline double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The shortest of many calls of `work`, in CPU seconds: a peak is what the machine can do when nobody
/// disturbs it. Calls for at least `budget` seconds and at least five times, after one to warm up.
template <class Work>
double shortest(Work&& work, double budget = 0.03) {
  work();
  double best = std::numeric_limits<double>::infinity();
  const double begun = cpu_seconds();
  double now = begun;
  for (int calls = 0; calls < 5 || now - begun < budget; ++calls) {
    const double before = now;
    work();
    now = cpu_seconds();
    best = std::min(best, now - before);
  }
  return best;
}

}  // namespace assay::bench
