#include "host/statistics/bootstrap.h"

#include "host/statistics/random_stream.h"
#include "host/statistics/ranks.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

std::uint32_t count_of(const std::vector<double>& values) {
  return static_cast<std::uint32_t>(values.size());
}

// Tasks without a score do not take part.
TaskScores finite_scores(const TaskScores& scores) {
  TaskScores kept;
  for (const std::vector<double>& task : scores) {
    std::vector<double> values;
    std::copy_if(task.begin(), task.end(), std::back_inserter(values),
                 [](double score) { return std::isfinite(score); });
    if (!values.empty()) kept.push_back(std::move(values));
  }
  return kept;
}

struct Pairs {
  TaskScores a, b;
};

Pairs finite_pairs(const TaskScores& a, const TaskScores& b) {
  Pairs kept;
  bool same = a.size() == b.size();
  for (std::size_t task = 0; same && task < a.size(); ++task) {
    same = a[task].size() == b[task].size();
    if (!same) break;
    std::vector<double> left, right;
    for (std::size_t i = 0; i < a[task].size(); ++i) {
      if (!std::isfinite(a[task][i]) || !std::isfinite(b[task][i])) continue;
      left.push_back(a[task][i]);
      right.push_back(b[task][i]);
    }
    if (left.empty()) continue;
    kept.a.push_back(std::move(left));
    kept.b.push_back(std::move(right));
  }
  if (!same)
    throw Error("a paired bootstrap needs one score of both methods for each task and seed");
  return kept;
}

bool has_spread(const TaskScores& scores) {
  return std::any_of(scores.begin(), scores.end(),
                     [](const std::vector<double>& task) { return task.size() >= 2; });
}

// Calls draw(stream) once for each draw. Every path takes its numbers in the same order: a task's
// indices one after the other, tasks in their order.
template <typename Draw>
std::vector<double> draw_all(const BootstrapKey& key, std::size_t draws, Draw draw) {
  const std::uint64_t start = stream_key(key.report_seed, key.purpose);
  std::vector<double> values(draws);
  for (std::size_t i = 0; i < draws; ++i) {
    RandomStream stream(start, i);
    values[i] = draw(stream);
  }
  return values;
}

// The runs of all tasks in one sorted list, and how often a draw took each: a draw's interquartile
// mean is a walk over the counts.
class SortedRuns {
 public:
  explicit SortedRuns(const TaskScores& scores) : places_(scores.size()) {
    for (const std::vector<double>& task : scores) {
      values_.insert(values_.end(), task.begin(), task.end());
    }
    std::sort(values_.begin(), values_.end());
    for (std::size_t task = 0; task < scores.size(); ++task) {
      for (const double score : scores[task]) {
        const auto place = std::lower_bound(values_.begin(), values_.end(), score);
        places_[task].push_back(static_cast<std::uint32_t>(place - values_.begin()));
      }
    }
    counts_.resize(values_.size());
    cut_ = static_cast<std::uint32_t>(values_.size() / 4);
  }

  void clear() { std::fill(counts_.begin(), counts_.end(), 0); }
  void take(std::size_t task, std::uint32_t index) { ++counts_[places_[task][index]]; }

  // Without a branch on the counts: a third of them are zero, at random.
  double interquartile_mean() const {
    const std::int64_t first = cut_, end = static_cast<std::int64_t>(values_.size()) - cut_;
    std::int64_t passed = 0;
    double sum = 0;
    for (std::size_t i = 0; passed < end; ++i) {
      const std::int64_t from = std::max(passed, first);
      passed += counts_[i];
      const std::int64_t inside = std::max<std::int64_t>(0, std::min(passed, end) - from);
      sum += static_cast<double>(inside) * values_[i];
    }
    return sum / static_cast<double>(end - first);
  }

 private:
  std::vector<double> values_;
  std::vector<std::vector<std::uint32_t>> places_;
  std::vector<std::uint32_t> counts_;
  std::uint32_t cut_ = 0;
};

// How often runs of `a` beat runs of `b` in a draw of one task, in halves: exact in whole numbers.
class WinTable {
 public:
  WinTable(const std::vector<double>& a, const std::vector<double>& b) : counts_(a.size()) {
    for (const double left : a) {
      for (const double right : b) halves_.push_back(tied(left, right) ? 1 : left > right ? 2 : 0);
    }
  }

  double draw(RandomStream& stream) {
    const std::uint32_t seeds = static_cast<std::uint32_t>(counts_.size());
    std::fill(counts_.begin(), counts_.end(), 0);
    for (std::uint32_t i = 0; i < seeds; ++i) ++counts_[stream.below(seeds)];
    std::uint64_t total = 0;
    const std::uint32_t* wins = halves_.data();
    for (std::uint32_t i = 0; i < seeds; ++i, wins += seeds) {
      std::uint32_t row = 0;
      for (std::uint32_t j = 0; j < seeds; ++j) row += counts_[j] * wins[j];
      total += std::uint64_t{counts_[i]} * row;
    }
    return static_cast<double>(total) / (2.0 * seeds * seeds);
  }

 private:
  std::vector<std::uint32_t> counts_,
      halves_;  // halves of run i of a against j of b: i * seeds + j
};

}  // namespace

double sample_quantile(std::vector<double> values, double q) {
  if (values.empty()) return no_value;
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(place);
  const auto at = values.begin() + below;
  std::nth_element(values.begin(), at, values.end());
  if (at + 1 == values.end()) return *at;
  const double above = *std::min_element(at + 1, values.end());
  return *at + (place - static_cast<double>(below)) * (above - *at);
}

Interval percentile_interval(std::vector<double> draws, double level) {
  std::erase_if(draws, [](double value) { return !std::isfinite(value); });
  const double low = sample_quantile(draws, level / 2);
  return {low, sample_quantile(std::move(draws), 1 - level / 2)};
}

Interval stratified_bootstrap(const TaskScores& scores, const Statistic& statistic,
                              const BootstrapKey& key, std::size_t draws) {
  const TaskScores kept = finite_scores(scores);
  if (!has_spread(kept)) return {no_value, no_value};
  TaskScores drawn = kept;
  return percentile_interval(draw_all(key, draws, [&](RandomStream& stream) {
    for (std::size_t task = 0; task < kept.size(); ++task) {
      const std::uint32_t seeds = count_of(kept[task]);
      for (double& score : drawn[task]) score = kept[task][stream.below(seeds)];
    }
    return statistic(drawn);
  }));
}

Interval paired_bootstrap(const TaskScores& a, const TaskScores& b, const PairStatistic& statistic,
                          const BootstrapKey& key, std::size_t draws) {
  const Pairs kept = finite_pairs(a, b);
  if (!has_spread(kept.a)) return {no_value, no_value};
  Pairs drawn = kept;
  return percentile_interval(draw_all(key, draws, [&](RandomStream& stream) {
    for (std::size_t task = 0; task < kept.a.size(); ++task) {
      const std::uint32_t seeds = count_of(kept.a[task]);
      for (std::uint32_t i = 0; i < seeds; ++i) {
        const std::uint32_t index = stream.below(seeds);
        drawn.a[task][i] = kept.a[task][index];
        drawn.b[task][i] = kept.b[task][index];
      }
    }
    return statistic(drawn.a, drawn.b);
  }));
}

Interval bootstrap_interquartile_mean(const TaskScores& scores, const BootstrapKey& key,
                                      std::size_t draws) {
  const TaskScores kept = finite_scores(scores);
  if (!has_spread(kept)) return {no_value, no_value};
  SortedRuns runs(kept);
  return percentile_interval(draw_all(key, draws, [&](RandomStream& stream) {
    runs.clear();
    for (std::size_t task = 0; task < kept.size(); ++task) {
      const std::uint32_t seeds = count_of(kept[task]);
      for (std::uint32_t i = 0; i < seeds; ++i) runs.take(task, stream.below(seeds));
    }
    return runs.interquartile_mean();
  }));
}

Interval bootstrap_interquartile_difference(const TaskScores& a, const TaskScores& b,
                                            const BootstrapKey& key, std::size_t draws) {
  const Pairs kept = finite_pairs(a, b);
  if (!has_spread(kept.a)) return {no_value, no_value};
  SortedRuns runs_a(kept.a), runs_b(kept.b);
  return percentile_interval(draw_all(key, draws, [&](RandomStream& stream) {
    runs_a.clear();
    runs_b.clear();
    for (std::size_t task = 0; task < kept.a.size(); ++task) {
      const std::uint32_t seeds = count_of(kept.a[task]);
      for (std::uint32_t i = 0; i < seeds; ++i) {
        const std::uint32_t index = stream.below(seeds);
        runs_a.take(task, index);
        runs_b.take(task, index);
      }
    }
    return runs_a.interquartile_mean() - runs_b.interquartile_mean();
  }));
}

Interval bootstrap_probability_of_improvement(const TaskScores& a, const TaskScores& b,
                                              const BootstrapKey& key, std::size_t draws) {
  const Pairs kept = finite_pairs(a, b);
  if (!has_spread(kept.a)) return {no_value, no_value};
  std::vector<WinTable> tasks;
  for (std::size_t task = 0; task < kept.a.size(); ++task) {
    tasks.emplace_back(kept.a[task], kept.b[task]);
  }
  return percentile_interval(draw_all(key, draws, [&](RandomStream& stream) {
    double total = 0;
    for (WinTable& task : tasks) total += task.draw(stream);
    return total / static_cast<double>(tasks.size());
  }));
}

std::vector<Interval> bootstrap_profile(const TaskScores& scores, const std::vector<double>& taus,
                                        const BootstrapKey& key, std::size_t draws) {
  const TaskScores kept = finite_scores(scores);
  if (!has_spread(kept)) return std::vector<Interval>(taus.size(), {no_value, no_value});
  std::vector<std::vector<double>> shares(taus.size());  // by tau, of every draw
  TaskScores drawn = kept;
  draw_all(key, draws, [&](RandomStream& stream) {
    for (std::size_t task = 0; task < kept.size(); ++task) {
      const std::uint32_t seeds = count_of(kept[task]);
      for (double& score : drawn[task]) score = kept[task][stream.below(seeds)];
    }
    const std::vector<double> profile = performance_profile(drawn, taus);
    for (std::size_t i = 0; i < taus.size(); ++i) shares[i].push_back(profile[i]);
    return 0.0;
  });
  std::vector<Interval> bands;
  for (std::vector<double>& share : shares) bands.push_back(percentile_interval(std::move(share)));
  return bands;
}

}  // namespace assay
