// The one-sided question of a comparison gate: is NEW worse than BASE by more than a margin?
#pragma once

#include "host/statistics/estimate.h"

#include <vector>

namespace assay {

enum class GateVerdict {
  passed,        ///< the interval lies above -margin
  regressed,     ///< the interval lies below -margin
  inconclusive,  ///< it holds -margin
  missing,       ///< fewer than two values: no interval
};

/// Differences are NEW - BASE, oriented so that larger is better.
struct GateTest {
  Estimate difference;     ///< its own interval is the two-sided one of level .05
  Interval interval;       ///< of level 1 - 2 alpha; not numbers when missing
  double p_regressed = 1;  ///< one-sided p of "the difference is at least -margin"
  double p_passed = 1;     ///< one-sided p of "the difference is at most -margin"
  GateVerdict verdict = GateVerdict::missing;
};

/// Two one-sided paired t tests at level `alpha`. Without spread the interval is the point itself.
GateTest non_inferiority(const std::vector<double>& differences, double margin,
                         double alpha = significance_level);

/// The same for two groups that share no seed: Welch's t with the degrees of freedom of Welch and
/// Satterthwaite. `sd` of the difference is its standard error, `n` counts the values of both.
GateTest unpaired_non_inferiority(const std::vector<double>& now, const std::vector<double>& base,
                                  double margin, double alpha = significance_level);

}  // namespace assay
