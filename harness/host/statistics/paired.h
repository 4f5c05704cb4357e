// Two rows of a table on the same seeds: what the differences say.
#pragma once

#include "host/statistics/estimate.h"

#include <vector>

namespace assay {

/// The p-value of a sign-flip test, and how it was found.
struct SignFlip {
  double p = 1;
  bool exact = true;  ///< false: estimated from random sign vectors (more than 20 pairs)
};

/// Share of the 2^n sign vectors s with |sum s_i d_i| >= |sum d_i| (two-sided). All are enumerated
/// up to n = 20; above, 10,000 random ones from a fixed stream, p = (1 + count) / (1 + draws), but
/// for equal differences, of which only two vectors reach the sum.
/// Its smallest value is 2 / 2^n: .0625 with five pairs.
SignFlip sign_flip_test(const std::vector<double>& differences);

/// Share of the 2^n sign vectors with sum s_i d_i >= sum d_i (one-sided: small when the differences
/// are above zero). Enumerated and drawn as the two-sided; its smallest value is 1 / 2^n.
SignFlip sign_flip_greater(const std::vector<double>& differences);

/// Paired differences and their tests. p is not a number when there are fewer than two pairs.
struct PairedTest {
  Estimate difference;  ///< of a - b; `dropped` counts pairs with a value that is not finite
  double p = 0;         ///< two-sided: of paired t, where that has no spread of the sign flips
  SignFlip sign_flip;
  std::vector<double> differences;  ///< of the pairs used, in the order of the seeds

  bool testable() const noexcept { return difference.n >= 2; }
  /// Differences that are all equal and not zero: t has no spread to work with, so sign flips
  /// decide.
  bool no_spread() const noexcept { return difference.no_variation() && difference.mean != 0; }
};

/// Makes differences that lie within `rounding` of each other equal, and zero where that is zero:
/// the rounding of large values must pass neither for a spread nor for a difference in each seed.
void remove_rounding(std::vector<double>& differences, double rounding);

/// `a` and `b` have one value a seed, in the same order.
PairedTest paired_test(const std::vector<double>& a, const std::vector<double>& b);

/// Two-sided p of a one-sample t test of mean zero. No variation: 1 when all are zero, else not a
/// number.
double t_test_p(const std::vector<double>& values);

/// What decides on differences: the t test, and for those that are all equal and not zero the sign
/// flips, whose 2 / 2^n a few seeds of a discrete metric cannot make small by chance.
double deciding_p(const std::vector<double>& differences);

}  // namespace assay
