// Percentile intervals by resampling seeds within each task (stratified bootstrap, Agarwal et al.
// 2021). The random numbers are a function of the report's seed, the purpose and the number of the
// draw: an interval is the same whatever else a report computes, in which order, on how many
// threads.
#pragma once

#include "host/statistics/aggregate.h"
#include "host/statistics/estimate.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace assay {

inline constexpr std::size_t estimate_draws = 50000;
inline constexpr std::size_t profile_draws = 2000;

/// Which stream of random numbers. `purpose` names the quantity, e.g. "iqm accuracy ridge".
struct BootstrapKey {
  std::uint64_t report_seed = 0;
  std::string purpose;
};

/// Below ten seeds percentile intervals cover too rarely (.75 to .93 instead of .95): say so.
inline constexpr bool under_covers(std::size_t seeds) {
  return seeds < 10;
}

using Statistic = std::function<double(const TaskScores&)>;
using PairStatistic = std::function<double(const TaskScores& a, const TaskScores& b)>;

/// Quantile of values by linear interpolation between order statistics ((n - 1) q, as NumPy does);
/// not a number when there are none.
double sample_quantile(std::vector<double> values, double q);
/// The central 1 - level of the draws. Draws that are not finite are left out.
Interval percentile_interval(std::vector<double> draws, double level = significance_level);

/// Resamples seeds with replacement within each task, independently. Scores that are not finite are
/// left out first. Where no task has two of them the bounds are not numbers: one seed says nothing
/// of the spread.
Interval stratified_bootstrap(const TaskScores& scores, const Statistic& statistic,
                              const BootstrapKey& key, std::size_t draws = estimate_draws);
/// Two methods on the same seeds: [task][seed] of both belong together, and seeds are resampled for
/// both at once. Pairs with a value that is not finite are left out. Throws Error where the shapes
/// differ.
Interval paired_bootstrap(const TaskScores& a, const TaskScores& b, const PairStatistic& statistic,
                          const BootstrapKey& key, std::size_t draws = estimate_draws);

/// stratified_bootstrap of the interquartile mean, without a sort for each draw.
Interval bootstrap_interquartile_mean(const TaskScores& scores, const BootstrapKey& key,
                                      std::size_t draws = estimate_draws);
/// paired_bootstrap of the interquartile mean of `a` less that of `b`, without sorts.
Interval bootstrap_interquartile_difference(const TaskScores& a, const TaskScores& b,
                                            const BootstrapKey& key,
                                            std::size_t draws = estimate_draws);
/// paired_bootstrap of the probability of improvement, without a comparison of scores in each draw.
Interval bootstrap_probability_of_improvement(const TaskScores& a, const TaskScores& b,
                                              const BootstrapKey& key,
                                              std::size_t draws = estimate_draws);

/// For each tau the interval of the performance profile (pointwise).
std::vector<Interval> bootstrap_profile(const TaskScores& scores, const std::vector<double>& taus,
                                        const BootstrapKey& key, std::size_t draws = profile_draws);

}  // namespace assay
