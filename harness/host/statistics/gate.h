// The regression gate: is a new version at most `margin` worse than the old one? Two one-sided t
// tests, read from the interval of level 1 - 2 alpha.
#pragma once

#include "host/statistics/estimate.h"

#include <vector>

namespace assay {

enum class GateVerdict {
  passed,        ///< the interval lies above -margin
  regressed,     ///< the interval lies below -margin
  inconclusive,  ///< neither, or one pair only
  missing,       ///< no pair has both values
};

struct GateTest {
  Estimate difference;     ///< of new - base; its own interval is the 95 % one
  Interval interval;       ///< of level 1 - 2 alpha; not numbers below two pairs
  double p_regressed = 1;  ///< one-sided: small when the difference is below -margin
  double p_passed = 1;     ///< one-sided: small when the difference is above -margin
  GateVerdict verdict = GateVerdict::missing;
};

/// Differences new - base on the same seeds, turned so that larger is better; those that are not
/// finite are left out and counted. Several gates at once: correct `p_regressed` by Holm; all must
/// pass.
///
/// Without spread the interval has no width and t says nothing. Identical results (all zero) pass.
/// Else sign flips of difference + margin decide, whose one-sided p is 2^-n: five pairs are needed
/// for .05; both p-values are 1 for a difference of exactly -margin.
///
/// Throws Error for a margin below 0 or an alpha outside of (0, .5).
GateTest non_inferiority(const std::vector<double>& differences, double margin,
                         double alpha = 0.05);

}  // namespace assay
