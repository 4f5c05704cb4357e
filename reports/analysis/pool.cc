#include "reports/analysis/pool.h"

#include "host/statistics/attainable.h"
#include "host/statistics/bootstrap.h"
#include "host/statistics/many.h"
#include "host/statistics/paired.h"
#include "reports/analysis/analysis.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::reports {

namespace {

// Draws for each method: with few methods the usual 50,000; the work is bounded for many.
std::size_t draws_for(std::size_t methods) {
  return methods <= 16 ? estimate_draws : estimate_draws / 5;
}

double sign_of(const Metric& metric) { return metric.better == Metric::Better::lower ? -1 : 1; }

// Methods that are planned on all of the family's benchmarks and have a result on one at least.
std::vector<std::string> candidates(const RunResults& results, Pool& pool,
                                    const std::vector<std::size_t>& benchmarks) {
  std::vector<std::string> names;
  for (const std::size_t b : benchmarks) {
    for (const Row& row : results.benchmarks[b].rows) {
      if (row.reference || std::find(names.begin(), names.end(), row.name) != names.end()) continue;
      names.push_back(row.name);
    }
  }
  std::erase_if(names, [&](const std::string& name) {
    bool everywhere = true, anything = false, oracle = false;
    for (const std::size_t b : benchmarks) {
      const Row* row = results.benchmarks[b].row(name);
      everywhere = everywhere && row != nullptr;
      if (row == nullptr) continue;
      oracle = oracle || row->oracle;
      anything = anything || estimate_mean(row->values(pool.metric.id)).n > 0;
    }
    const bool drop = !everywhere || !anything || oracle;
    if (drop) pool.left_out.push_back(name);
    return drop;
  });
  return names;
}

void choose_methods(const RunResults& results, Pool& pool) {
  std::vector<std::size_t> planned;
  for (std::size_t b = 0; b < results.benchmarks.size(); ++b) {
    if (results.benchmarks[b].family == pool.family) planned.push_back(b);
  }
  pool.metric = compared_metric(results.benchmarks[planned.front()]);
  const std::vector<std::string> names = candidates(results, pool, planned);
  for (const std::size_t b : planned) {
    const bool complete = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
      return estimate_mean(results.benchmarks[b].row(name)->values(pool.metric.id)).n > 0;
    });
    if (complete) {
      pool.benchmarks.push_back(b);
    } else {
      pool.unused_benchmarks.push_back(results.benchmarks[b].id);
    }
  }
  for (const std::string& name : names) {
    PoolMethod method;
    method.name = name;
    for (const std::size_t b : pool.benchmarks) {
      method.scores.push_back(results.benchmarks[b].row(name)->values(pool.metric.id));
    }
    pool.methods.push_back(std::move(method));
  }
}

double mean_of_finite(const std::vector<double>& values) { return estimate_mean(values).mean; }

// [benchmark][method], larger is better.
std::vector<std::vector<double>> oriented_means(const Pool& pool) {
  std::vector<std::vector<double>> means(pool.benchmarks.size());
  for (std::size_t b = 0; b < pool.benchmarks.size(); ++b) {
    for (const PoolMethod& method : pool.methods) {
      means[b].push_back(sign_of(pool.metric) * mean_of_finite(method.scores[b]));
    }
  }
  return means;
}

PoolPair compare(const RunResults& results, const Pool& pool,
                 const std::vector<std::vector<double>>& means, std::size_t a, std::size_t b) {
  PoolPair pair;
  pair.a = a;
  pair.b = b;
  std::vector<SeededValues> differences;
  std::vector<double> of_means;
  for (std::size_t k = 0; k < pool.benchmarks.size(); ++k) {
    const std::vector<double>&x = pool.methods[a].scores[k], &y = pool.methods[b].scores[k];
    SeededValues one{results.benchmarks[pool.benchmarks[k]].seeds, {}};
    for (std::size_t i = 0; i < x.size(); ++i) one.values.push_back(x[i] - y[i]);
    differences.push_back(std::move(one));
    const double difference = means[k][a] - means[k][b];
    of_means.push_back(difference);
    ++(tied(means[k][a], means[k][b]) ? pair.ties : difference > 0 ? pair.wins : pair.losses);
  }
  pair.difference = mean_over_benchmarks(differences);
  const double above =
      probability_of_improvement(pool.methods[a].scores, pool.methods[b].scores);
  pair.improvement = sign_of(pool.metric) > 0 ? above : 1 - above;
  pair.p = pool.unit == Pool::Unit::benchmarks ? wilcoxon_signed_rank(of_means).p
                                               : pair.difference.p;
  return pair;
}

void compare_all(const RunResults& results, Pool& pool) {
  const std::vector<std::vector<double>> means = oriented_means(pool);
  pool.ranks = friedman(means);
  std::vector<double> p_values;
  for (std::size_t a = 0; a < pool.methods.size(); ++a) {
    for (std::size_t b = a + 1; b < pool.methods.size(); ++b) {
      pool.pairs.push_back(compare(results, pool, means, a, b));
      p_values.push_back(pool.pairs.back().p);
    }
  }
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    pool.pairs[i].adjusted = adjusted[i];
    pool.pairs[i].told_apart = adjusted[i] <= significance_level;
  }
}

void set_places(Pool& pool) {
  for (PoolMethod& method : pool.methods) method.places.assign(pool.methods.size(), 0);
  for (const std::vector<double>& row : oriented_means(pool)) {
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
void set_order(Pool& pool) {
  std::vector<double> keys;
  for (std::size_t m = 0; m < pool.methods.size(); ++m) {
    double sum = 0;
    for (const std::vector<double>& scores : pool.methods[m].scores) sum += mean_of_finite(scores);
    keys.push_back(pool.unit == Pool::Unit::benchmarks ? pool.ranks.mean_ranks[m]
                                                       : -sign_of(pool.metric) * sum);
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

Pool make_pool(const RunResults& results, const std::string& family) {
  Pool pool;
  pool.family = family;
  choose_methods(results, pool);
  if (!pool.usable() || pool.metric.better == Metric::Better::neither) {
    pool.methods.clear();
    return pool;
  }
  pool.seeds = results.benchmarks[pool.benchmarks.front()].seeds.size();
  for (const std::size_t b : pool.benchmarks) {
    pool.seeds = std::min(pool.seeds, results.benchmarks[b].seeds.size());
  }
  const double comparisons = static_cast<double>(all_pairs(pool.methods.size()));
  pool.smallest_p =
      std::min(1.0, comparisons * smallest_sign_flip_p(pool.benchmarks.size()));
  if (pool.smallest_p <= significance_level) pool.unit = Pool::Unit::benchmarks;
  compare_all(results, pool);
  set_order(pool);
  set_groups(pool);
  set_places(pool);
  for (PoolMethod& method : pool.methods) {
    const BootstrapKey key{0, "interquartile mean " + family + " " + pool.metric.id + " " + method.name};
    method.interquartile_mean = interquartile_mean(method.scores);
    method.interval =
        bootstrap_interquartile_mean(method.scores, key, draws_for(pool.methods.size()));
  }
  return pool;
}

}  // namespace assay::reports
