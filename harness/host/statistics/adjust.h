// Corrections for many comparisons beside Holm's (many.h). p-values that are not numbers stay so
// and, unlike Holm's, are left out of the family: the caller lists them.
#pragma once

#include <cstddef>
#include <vector>

namespace assay {

/// min(1, m p).
std::vector<double> bonferroni(const std::vector<double>& p_values);

/// Benjamini and Hochberg (1995): adjusted_(k) = min_{j>=k} min(1, m p_(j) / j). Bounds the share
/// of false discoveries, not the chance of any: for exploratory tables only.
std::vector<double> benjamini_hochberg(const std::vector<double>& p_values);

/// Shaffer's (1986) static procedure for all pairs of k methods: Holm with the largest number of
/// hypotheses that can be true together after j - 1 rejections. The p-values are those of all
/// k (k - 1) / 2 pairs in any order; throws Error for another number.
std::vector<double> shaffer_static(const std::vector<double>& p_values);

/// The multipliers t_1 .. t_m of k methods: 6 3 3 3 2 1 for four.
std::vector<std::size_t> shaffer_multipliers(std::size_t methods);

}  // namespace assay
