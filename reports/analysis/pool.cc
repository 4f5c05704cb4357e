#include "reports/analysis/pool.h"

#include "host/statistics/attainable.h"
#include "host/statistics/bootstrap.h"
#include "host/statistics/many.h"
#include "host/statistics/paired.h"
#include "reports/analysis/analysis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace assay::reports {

namespace {

// The same for every report, so that an interval does not depend on what else a report holds.
constexpr std::size_t draws = 20000;

double sign_of(const Metric& metric) { return metric.better == Metric::Better::lower ? -1 : 1; }

std::size_t count_finite(const std::vector<double>& values) { return estimate_mean(values).n; }

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Every method's name, in the suite's order; those that do not compete go to `left_out`.
std::vector<std::string> planned_methods(const RunResults& results, Pool& pool) {
  std::vector<std::string> names;
  for (const std::size_t b : pool.benchmarks) {
    for (const Row& row : results.benchmarks[b].rows) {
      if (!row.reference && !has(names, row.name)) names.push_back(row.name);
    }
  }
  std::erase_if(names, [&](const std::string& name) {
    const bool competes = std::all_of(
        pool.benchmarks.begin(), pool.benchmarks.end(), [&](const std::size_t b) {
          const Row* row = results.benchmarks[b].row(name);
          return row != nullptr && row->apart.empty();
        });
    if (!competes) pool.left_out.push_back(name);
    return !competes;
  });
  return names;
}

void read_scores(const RunResults& results, Pool& pool, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    PoolMethod method;
    method.name = name;
    for (const std::size_t b : pool.benchmarks) {
      method.scores.push_back(results.benchmarks[b].row(name)->values(pool.metric.id));
      method.runs += count_finite(method.scores.back());
      if (count_finite(method.scores.back()) < method.scores.back().size()) pool.complete = false;
    }
    if (method.runs == 0) {
      pool.absent.push_back(name);
    } else {
      pool.methods.push_back(std::move(method));
    }
  }
}

// [benchmark][method], larger is better: the means over the seeds that every method has, so that a
// lost seed helps nobody. Benchmarks without such a seed are left out.
std::vector<std::vector<double>> common_means(Pool& pool) {
  std::vector<std::vector<double>> means;
  pool.ranked.clear();
  for (std::size_t k = 0; k < pool.benchmarks.size(); ++k) {
    const std::size_t seeds = pool.methods.front().scores[k].size();
    std::vector<double> sums(pool.methods.size(), 0);
    std::size_t common = 0;
    for (std::size_t s = 0; s < seeds; ++s) {
      const bool all = std::all_of(
          pool.methods.begin(), pool.methods.end(),
          [&](const PoolMethod& method) { return std::isfinite(method.scores[k][s]); });
      if (!all) continue;
      ++common;
      for (std::size_t m = 0; m < sums.size(); ++m) sums[m] += pool.methods[m].scores[k][s];
    }
    if (common == 0) continue;
    pool.ranked.push_back(pool.benchmarks[k]);
    for (double& sum : sums) sum *= sign_of(pool.metric) / static_cast<double>(common);
    means.push_back(std::move(sums));
  }
  return means;
}

PoolPair compare(const RunResults& results, const Pool& pool, std::size_t a, std::size_t b) {
  PoolPair pair;
  pair.a = a;
  pair.b = b;
  std::vector<SeededValues> differences;
  std::vector<double> of_means;
  TaskScores of_a, of_b;
  for (std::size_t k = 0; k < pool.benchmarks.size(); ++k) {
    const std::vector<double>&x = pool.methods[a].scores[k], &y = pool.methods[b].scores[k];
    SeededValues one{results.benchmarks[pool.benchmarks[k]].seeds, {}};
    std::vector<double> both_x, both_y;
    for (std::size_t i = 0; i < x.size(); ++i) {
      one.values.push_back(x[i] - y[i]);
      if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
      both_x.push_back(x[i]);
      both_y.push_back(y[i]);
    }
    if (both_x.empty()) continue;
    const double mean_x = mean(both_x), mean_y = mean(both_y);
    const double difference = sign_of(pool.metric) * (mean_x - mean_y);
    ++(tied(mean_x, mean_y) ? pair.ties : difference > 0 ? pair.wins : pair.losses);
    of_means.push_back(tied(mean_x, mean_y) ? 0 : difference);
    differences.push_back(std::move(one));
    of_a.push_back(std::move(both_x));
    of_b.push_back(std::move(both_y));
  }
  pair.benchmarks = of_means.size();
  pair.difference = mean_over_benchmarks(differences);
  const double above = probability_of_improvement(of_a, of_b);
  pair.improvement = sign_of(pool.metric) > 0 ? above : 1 - above;
  const bool wilcoxon = pool.unit == Pool::Unit::benchmarks && pair.benchmarks > 0;
  pair.p = wilcoxon ? wilcoxon_signed_rank(of_means).p : pair.difference.p;
  return pair;
}

void compare_all(const RunResults& results, Pool& pool) {
  std::vector<double> p_values;
  for (std::size_t a = 0; a < pool.methods.size(); ++a) {
    for (std::size_t b = a + 1; b < pool.methods.size(); ++b) {
      pool.pairs.push_back(compare(results, pool, a, b));
      p_values.push_back(pool.pairs.back().p);
    }
  }
  // Pairs with an absent method were planned: the family does not shrink by failing.
  p_values.resize(pool.comparisons, std::numeric_limits<double>::quiet_NaN());
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < pool.pairs.size(); ++i) {
    pool.pairs[i].adjusted = adjusted[i];
    pool.pairs[i].told_apart = adjusted[i] <= significance_level;
  }
}

void set_places(Pool& pool, const std::vector<std::vector<double>>& means) {
  for (PoolMethod& method : pool.methods) method.places.assign(pool.methods.size(), 0);
  for (const std::vector<double>& row : means) {
    std::vector<double> worst_first;
    for (const double value : row) worst_first.push_back(-value);
    const std::vector<double> ranks = midranks(worst_first);
    // Methods that share places count at the best of them.
    for (std::size_t m = 0; m < ranks.size(); ++m) {
      const auto sharing = static_cast<double>(std::count(ranks.begin(), ranks.end(), ranks[m]));
      ++pool.methods[m].places[static_cast<std::size_t>(ranks[m] - (sharing - 1) / 2) - 1];
    }
  }
}

// By mean rank where ranks are what is tested, else by the mean over benchmarks.
void set_order(Pool& pool, const std::vector<std::vector<double>>& means) {
  std::vector<double> keys(pool.methods.size(), 0);
  for (std::size_t m = 0; m < keys.size(); ++m) {
    if (pool.unit == Pool::Unit::benchmarks) {
      keys[m] = pool.ranks.mean_ranks[m];
    } else {
      for (const std::vector<double>& row : means) keys[m] -= row[m];
    }
  }
  pool.order.resize(keys.size());
  std::iota(pool.order.begin(), pool.order.end(), std::size_t{0});
  std::stable_sort(pool.order.begin(), pool.order.end(),
                   [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
}

void set_groups(Pool& pool) {
  const std::size_t count = pool.methods.size();
  std::vector<std::vector<bool>> rejected(count, std::vector<bool>(count, false));
  for (const PoolPair& pair : pool.pairs) {
    rejected[pair.a][pair.b] = rejected[pair.b][pair.a] = pair.told_apart;
  }
  pool.groups = tie_groups(pool.order, rejected);
}

}  // namespace

PoolPair PoolPair::turned() const {
  PoolPair other = *this;
  std::swap(other.a, other.b);
  std::swap(other.wins, other.losses);
  other.improvement = 1 - improvement;
  other.difference.estimate.mean = -difference.estimate.mean;
  if (const auto& interval = difference.estimate.interval) {
    other.difference.estimate.interval = Interval{-interval->high, -interval->low};
  }
  return other;
}

const PoolMethod* Pool::find(const std::string& name) const {
  const auto found = std::find_if(methods.begin(), methods.end(),
                                  [&](const PoolMethod& method) { return method.name == name; });
  return found == methods.end() ? nullptr : &*found;
}

const PoolPair* Pool::pair(std::size_t i, std::size_t j) const {
  if (i == j) return nullptr;
  const std::size_t a = std::min(i, j), b = std::max(i, j);
  // Pairs are in order: those of method 0, then of 1, ...
  return &pairs[a * methods.size() - a * (a + 1) / 2 + (b - a - 1)];
}

Pool make_pool(const RunResults& results, const std::vector<std::size_t>& benchmarks) {
  Pool pool;
  pool.benchmarks = benchmarks;
  pool.family = results.benchmarks[benchmarks.front()].family;
  pool.metric = compared_metric(results.benchmarks[benchmarks.front()]);
  if (pool.metric.better == Metric::Better::neither) return pool;
  const std::vector<std::string> names = planned_methods(results, pool);
  read_scores(results, pool, names);
  if (pool.methods.size() < 2) return pool;
  pool.comparisons = all_pairs(names.size());
  pool.seeds = results.benchmarks[benchmarks.front()].seeds.size();
  for (const std::size_t b : benchmarks) {
    pool.seeds = std::min(pool.seeds, results.benchmarks[b].seeds.size());
  }
  pool.smallest_p = std::min(
      1.0, static_cast<double>(pool.comparisons) * smallest_sign_flip_p(benchmarks.size()));
  if (pool.smallest_p <= significance_level) pool.unit = Pool::Unit::benchmarks;
  const std::vector<std::vector<double>> means = common_means(pool);
  if (!pool.usable()) return pool;
  pool.ranks = friedman(means);
  compare_all(results, pool);
  set_order(pool, means);
  set_groups(pool);
  set_places(pool, means);
  return pool;
}

Pool make_pool(const RunResults& results, const std::string& family, const std::string& metric) {
  std::vector<std::size_t> benchmarks;
  for (std::size_t b = 0; b < results.benchmarks.size(); ++b) {
    const BenchmarkResults& benchmark = results.benchmarks[b];
    if (benchmark.family == family && compared_metric(benchmark).id == metric) {
      benchmarks.push_back(b);
    }
  }
  Pool pool = make_pool(results, benchmarks);
  for (PoolMethod& method : pool.methods) {
    const BootstrapKey key{0, "interquartile mean " + family + " " + pool.metric.id + " " +
                                  method.name};
    method.interquartile_mean = interquartile_mean(method.scores);
    method.interval = bootstrap_interquartile_mean(method.scores, key, draws);
  }
  return pool;
}

}  // namespace assay::reports
