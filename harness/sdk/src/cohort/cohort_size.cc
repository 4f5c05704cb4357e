#include "sdk/internal/cohort_size.h"

#include <algorithm>
#include <cmath>

namespace assay {

// Theta, gradient and two moments in float32 are 16 bytes a parameter. Measured (docs/performance.md): a step
// is fastest where they are 4 to 7 MB together, and loses little at 2 MB or a third of that size more; with
// fewer than four rows the step's own overhead shows in small networks.
std::int64_t largest_cohort(std::int64_t parameters) {
  constexpr double working_set = 4e6;
  constexpr std::int64_t small = 250000;
  const auto fitting =
      static_cast<std::int64_t>(std::llround(working_set / (16.0 * static_cast<double>(parameters))));
  return std::clamp<std::int64_t>(fitting, parameters <= small ? 4 : 1, 64);
}

}  // namespace assay
