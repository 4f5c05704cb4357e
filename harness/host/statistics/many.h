// Many comparisons at once, and how many seeds one comparison needs.
#pragma once

#include "host/statistics/adjust.h"
#include "host/suite/suite.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace assay {

/// Holm's step-down correction: adjusted_(k) = max_{j<=k} min(1, (m - j + 1) p_(j)). The order is
/// kept; p-values that are not numbers stay so and count in m as 1: a family is what was planned,
/// and does not shrink when cells fail.
std::vector<double> holm(const std::vector<double>& p_values);

/// Power of a two-sided paired t test on n pairs for a difference of `effect` standard deviations.
double paired_power(double effect, std::size_t n, double level);

/// Power of a two-sided t test of two groups of n, for a difference of `effect` standard deviations
/// of one group.
double unpaired_power(double effect, std::size_t n, double level);

/// Pairs above which the answer is "treat as equal".
inline constexpr std::size_t most_useful_seeds = 1000;

/// Smallest number of pairs (at least 2) with power .8 for a difference `effect` = |difference| /
/// sd of the differences. Nothing when more than `most_useful_seeds` are needed, or `effect` is not
/// positive.
std::optional<std::size_t> seeds_needed(double effect, double level = 0.05);

/// The same for two groups on different seeds: values in each, `effect` = |difference| / sd of one
/// group.
std::optional<std::size_t> seeds_needed_unpaired(double effect, double level = 0.05);

/// What more seeds would do for a test that decided nothing.
struct SeedsToDecide {
  std::optional<std::size_t> seeds;  ///< about how many would decide
  bool many = false;                 ///< more than `most_useful_seeds`: treat as equal
};

/// The level that the rules' correction leaves for a test with this `p` among its family's
/// `p_values`. Those that could not be tested, whose p is not a number, stay in the family.
double level_left(double p, const std::vector<double>& p_values, const ClaimRules& rules = {});

/// For a test on n pairs with `effect` = |mean| / sd of what decides, at the level that is left for
/// its `p`. At least one more than now, and as many as sign flips need. Nothing where the effect is
/// not a number or infinite.
SeedsToDecide seeds_to_decide(double effect, std::size_t n, double p,
                              const std::vector<double>& p_values, const ClaimRules& rules = {});

/// Smallest number of pairs with which a two-sided sign-flip test can reach `level`: 6 for .05.
std::size_t sign_flip_minimum(double level);

}  // namespace assay
