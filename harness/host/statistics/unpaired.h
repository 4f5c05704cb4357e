// Two groups on different seeds. Pairs on the same seeds (paired.h) find smaller differences: a
// report that has to use this says so.
#pragma once

#include "host/statistics/estimate.h"

#include <optional>
#include <vector>

namespace assay {

struct WelchTest {
  Estimate a, b;
  double difference = 0;      ///< mean(a) - mean(b)
  double standard_error = 0;  ///< not a number when a group has fewer than two values
  double df = 0;              ///< Welch and Satterthwaite; not a number without any spread
  double t = 0;
  double p = 0;                      ///< two-sided
  std::optional<Interval> interval;  ///< of the difference; none when a group has fewer than two
};

/// Welch's t test. Values that are not finite are left out. Neither group varies: the interval has
/// no width, and p is 1 for equal means, else not a number.
WelchTest welch_test(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace assay
