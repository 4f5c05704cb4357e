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

/// Two methods of a pool, by number, a < b.
struct PoolPair {
  std::size_t a = 0, b = 0;
  OverBenchmarks difference;  ///< a - b in the metric, paired by seed
  double improvement = 0;     ///< probability that a run of `a` is better than one of `b`
  std::size_t wins = 0, ties = 0, losses = 0;  ///< benchmarks, by the means of `a`
  double p = 0;                                ///< of the pool's test
  double adjusted = 0;                         ///< after Holm over the pool's pairs
  bool told_apart = false;
};

struct PoolMethod {
  std::string name;
  TaskScores scores;            ///< [benchmark][seed], not oriented
  double interquartile_mean = 0;
  Interval interval;            ///< of it, stratified bootstrap; NaN below two seeds
  std::vector<std::size_t> places;  ///< how many benchmarks it is first, second, ... on, by mean
};

struct Pool {
  /// What a pair's test is over. Benchmarks: Wilcoxon's signed ranks of the differences of means,
  /// would it hold on other benchmarks of this kind? Taken where it can tell a pair apart after Holm
  /// (six benchmarks for two methods, twelve for twelve). Seeds: the paired t test of the mean over
  /// benchmarks, would it hold for other training runs?
  enum class Unit { benchmarks, seeds };

  std::string family;
  Metric metric;
  Unit unit = Unit::seeds;
  std::vector<std::size_t> benchmarks;  ///< numbers in RunResults: those all methods have values on
  std::vector<std::string> unused_benchmarks;  ///< ids; some method has no value there
  std::vector<std::string> left_out;           ///< methods: an oracle, or planned on some benchmarks only
  std::size_t seeds = 0;                       ///< fewest of a benchmark
  std::vector<PoolMethod> methods;
  RankTable ranks;                  ///< of the means
  std::vector<std::size_t> order;   ///< best first
  std::vector<PoolPair> pairs;
  TieGroups groups;
  double smallest_p = 1;  ///< that the test over benchmarks can reach after Holm

  bool usable() const noexcept { return methods.size() >= 2 && !benchmarks.empty(); }
  const PoolMethod* find(const std::string& name) const;
  /// Of methods i and j, whichever order; nullptr for i = j.
  const PoolPair* pair(std::size_t i, std::size_t j) const;
};

Pool make_pool(const RunResults& results, const std::string& family);

}  // namespace assay::reports
