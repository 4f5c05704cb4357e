// The methods of a family against each other, over its benchmarks: all pairs, places, groups of
// methods that are not told apart, aggregates over runs.
#pragma once

#include "host/statistics/aggregate.h"
#include "host/statistics/estimate.h"
#include "host/statistics/friedman.h"
#include "host/statistics/ranks.h"
#include "host/statistics/tie_groups.h"
#include "reports/analysis/results.h"

#include <cstddef>
#include <string>
#include <vector>

namespace assay::reports {

/// Two methods of a pool, by number, on the benchmarks and seeds that both have.
struct PoolPair {
  std::size_t a = 0, b = 0;
  std::size_t benchmarks = 0;
  OverBenchmarks difference;  ///< a - b in the metric, paired by seed
  double improvement = 0;     ///< probability that a run of `a` is better than one of `b`
  std::size_t wins = 0, ties = 0, losses = 0;  ///< benchmarks, by the mean paired difference
  double p = 0;                                ///< of the pool's test
  double adjusted = 0;                         ///< after Holm over the pool's pairs
  bool told_apart = false;

  /// The same with a and b exchanged.
  PoolPair turned() const;
};

struct PoolMethod {
  std::string name;
  TaskScores scores;                ///< [benchmark][seed], not oriented; NaN where there is none
  std::size_t runs = 0;             ///< values it has
  double interquartile_mean = 0;    ///< of these
  Interval interval;                ///< of it, stratified bootstrap; NaN below two seeds
  std::vector<std::size_t> places;  ///< how many ranked benchmarks it is first, second, ... on
};

struct Pool {
  /// What a pair's test is over. Benchmarks: Wilcoxon's signed ranks of the mean paired differences,
  /// would it hold on other benchmarks of this kind? Taken where, by the planned numbers, it can
  /// tell a pair apart after Holm (six benchmarks for two methods, twelve for twelve). Seeds: the
  /// paired t test of the mean over benchmarks, would it hold for other training runs?
  enum class Unit { benchmarks, seeds };

  std::string family;
  Metric metric;
  Unit unit = Unit::seeds;
  std::vector<std::size_t> benchmarks;  ///< numbers in RunResults, all that it is about
  /// Those that ranks and order rest on: all methods have values there, on some seeds in common.
  std::vector<std::size_t> ranked;
  std::vector<std::string> left_out;  ///< apart somewhere, or planned on some benchmarks only
  std::vector<std::string> absent;    ///< planned, and without any result: they count for Holm
  bool complete = true;               ///< every method has every seed
  std::size_t seeds = 0;              ///< fewest of a benchmark
  std::vector<PoolMethod> methods;
  RankTable ranks;                 ///< of the means over the seeds that all have, on `ranked`
  std::vector<std::size_t> order;  ///< best first, by those
  std::vector<PoolPair> pairs;     ///< of 0 and 1, 0 and 2, ...
  std::size_t comparisons = 0;     ///< planned pairs: what Holm corrects for
  TieGroups groups;
  double smallest_p = 1;  ///< that the test over benchmarks can reach after Holm

  bool usable() const noexcept { return methods.size() >= 2 && !ranked.empty(); }
  const PoolMethod* find(const std::string& name) const;
  /// Of methods i and j, whichever order; nullptr for i = j.
  const PoolPair* pair(std::size_t i, std::size_t j) const;
};

/// The methods of the given benchmarks, which are of one family.
Pool make_pool(const RunResults& results, const std::vector<std::size_t>& benchmarks);
/// Of a family's benchmarks that are compared on `metric`, with the aggregates of each method's runs.
Pool make_pool(const RunResults& results, const std::string& family, const std::string& metric);

}  // namespace assay::reports
