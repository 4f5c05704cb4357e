// What so few seeds or tasks can show at all: the smallest p-values that exact tests can give.
#pragma once

#include <cstddef>

namespace assay {

/// Of sign flips and of Wilcoxon's test on n pairs: 2 / 2^n two-sided, 1 / 2^n one-sided.
double smallest_sign_flip_p(std::size_t pairs);
double smallest_one_sided_sign_flip_p(std::size_t pairs);

/// Of Mann-Whitney's test on groups without ties: 2 / C(a + b, a), two-sided. 1 for an empty group.
double smallest_mann_whitney_p(std::size_t a, std::size_t b);

/// Fewest pairs (seeds, or tasks) with which a two-sided sign-flip or Wilcoxon test can reach
/// `level` after Holm over `comparisons`: 6 for one comparison, 8 for six, 11 for 45.
std::size_t pairs_for_holm(std::size_t comparisons, double level = 0.05);

/// Fewest values in each of two groups for the same of Mann-Whitney's test: 4 for one comparison.
std::size_t group_size_for_holm(std::size_t comparisons, double level = 0.05);

/// k (k - 1) / 2: the comparisons of all pairs of k methods.
std::size_t all_pairs(std::size_t methods);

}  // namespace assay
