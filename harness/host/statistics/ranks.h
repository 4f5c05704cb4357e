// Tests that use only the order of values: Wilcoxon's signed ranks, the Mann-Whitney rank sum and
// the sign test. Null distributions are exact for the observed ranks, ties included.
#pragma once

#include <cstddef>
#include <vector>

namespace assay {

/// Whether two values differ by rounding at most: 1e-9 of the larger magnitude. Every rank of this
/// folder uses it, because subtraction splits ties (.008 and .008000000000000007).
bool tied(double a, double b);

/// Ranks from 1 = smallest, ties averaged. Values must not be NaN.
std::vector<double> midranks(const std::vector<double>& values);

/// What happens to differences of zero: left out before ranking (Wilcoxon 1945), or ranked with the
/// rest and then left out (Pratt 1959). The p-values differ: E1 gives .0073 and .0078.
enum class Zeros { dropped, pratt };

struct SignedRank {
  std::size_t n = 0;  ///< differences that are not zero
  double w_plus = 0, w_minus = 0;
  double p = 1;       ///< two-sided
  bool exact = true;  ///< false: normal approximation (more than 62 differences)
};

/// Wilcoxon's signed-rank test: W = min(W+, W-), p = min(1, 2 P(W' <= W)). Above 62 differences the
/// normal approximation for the observed ranks, without continuity correction. Differences below
/// 1e-12 of the largest are zero; those that are not finite are left out. All zero: p = 1.
SignedRank wilcoxon_signed_rank(const std::vector<double>& differences,
                                Zeros zeros = Zeros::dropped);

struct RankSum {
  double u = 0;       ///< pairs with a > b, plus half the ties; not a number for an empty group
  double p = 1;       ///< two-sided: twice the smaller tail
  bool exact = true;  ///< false: normal approximation (more than 60 values)
};

/// Mann-Whitney. Values that are not finite are left out. An empty group: p is not a number.
RankSum mann_whitney(const std::vector<double>& a, const std::vector<double>& b);

/// Two-sided sign test: min(1, 2 P(Binomial(wins + losses, 1/2) <= min(wins, losses))). Ties belong
/// to neither count; none at all: 1.
double sign_test_p(std::size_t wins, std::size_t losses);

}  // namespace assay
