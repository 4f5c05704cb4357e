#include "host/statistics/aggregate.h"

#include "host/statistics/estimate.h"
#include "host/statistics/ranks.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

std::vector<double> all_runs(const TaskScores& scores) {
  std::vector<double> runs;
  for (const std::vector<double>& task : scores) runs.insert(runs.end(), task.begin(), task.end());
  std::erase_if(runs, [](double score) { return !std::isfinite(score); });
  return runs;
}

}  // namespace

double interquartile_mean(std::vector<double> scores) {
  std::erase_if(scores, [](double score) { return !std::isfinite(score); });
  if (scores.empty()) return no_value;
  std::sort(scores.begin(), scores.end());
  const std::size_t cut = scores.size() / 4;
  double sum = 0;
  for (std::size_t i = cut; i < scores.size() - cut; ++i) sum += scores[i];
  return sum / static_cast<double>(scores.size() - 2 * cut);
}

double interquartile_mean(const TaskScores& scores) {
  return interquartile_mean(all_runs(scores));
}

double optimality_gap(const std::vector<double>& scores, double gamma) {
  std::vector<double> capped;
  for (const double score : scores) {
    if (std::isfinite(score)) capped.push_back(std::min(score, gamma));
  }
  return gamma - mean(capped);
}

double optimality_gap(const TaskScores& scores, double gamma) {
  return optimality_gap(all_runs(scores), gamma);
}

double probability_of_improvement(const std::vector<double>& a, const std::vector<double>& b) {
  double above = 0, pairs = 0;
  for (const double left : a) {
    if (!std::isfinite(left)) continue;
    for (const double right : b) {
      if (!std::isfinite(right)) continue;
      above += tied(left, right) ? 0.5 : left > right ? 1 : 0;
      ++pairs;
    }
  }
  return pairs == 0 ? no_value : above / pairs;
}

double probability_of_improvement(const TaskScores& a, const TaskScores& b) {
  if (a.size() != b.size()) {
    throw Error("probability_of_improvement needs the same tasks of both: it got " +
                std::to_string(a.size()) + " and " + std::to_string(b.size()));
  }
  std::vector<double> by_task;
  for (std::size_t task = 0; task < a.size(); ++task) {
    const double share = probability_of_improvement(a[task], b[task]);
    if (std::isfinite(share)) by_task.push_back(share);
  }
  return mean(by_task);
}

std::vector<double> performance_profile(const TaskScores& scores, const std::vector<double>& taus) {
  std::vector<double> runs = all_runs(scores);
  std::sort(runs.begin(), runs.end());
  std::vector<double> shares;
  for (const double tau : taus) {
    const auto above = runs.end() - std::upper_bound(runs.begin(), runs.end(), tau);
    shares.push_back(runs.empty() ? no_value
                                  : static_cast<double>(above) / static_cast<double>(runs.size()));
  }
  return shares;
}

std::vector<std::vector<double>> cost_ratios(
    const std::vector<std::vector<double>>& costs_by_task) {
  constexpr double unsolved = std::numeric_limits<double>::infinity();
  const auto solved = [](double cost) { return std::isfinite(cost) && cost > 0; };
  std::vector<std::vector<double>> ratios(costs_by_task.empty() ? 0 : costs_by_task[0].size());
  for (const std::vector<double>& costs : costs_by_task) {
    if (costs.size() != ratios.size()) {
      throw Error("cost_ratios needs one cost a method of every task: it got " +
                  std::to_string(ratios.size()) + " and " + std::to_string(costs.size()));
    }
    double best = unsolved;
    for (const double cost : costs) {
      if (solved(cost)) best = std::min(best, cost);
    }
    for (std::size_t method = 0; method < costs.size(); ++method) {
      ratios[method].push_back(solved(costs[method]) ? costs[method] / best : unsolved);
    }
  }
  return ratios;
}

std::vector<double> cost_profile(const std::vector<double>& ratios,
                                 const std::vector<double>& taus) {
  std::vector<double> shares;
  for (const double tau : taus) {
    const auto within =
        std::count_if(ratios.begin(), ratios.end(), [tau](double ratio) { return ratio <= tau; });
    shares.push_back(ratios.empty()
                         ? no_value
                         : static_cast<double>(within) / static_cast<double>(ratios.size()));
  }
  return shares;
}

double cost_profile_score(const std::vector<double>& ratios, double largest_ratio) {
  // A task adds a step of height 1 / tasks at its ratio, so the area is a mean of lengths.
  double area = 0;
  for (const double ratio : ratios) area += std::max(0.0, largest_ratio - std::max(1.0, ratio));
  return ratios.empty() ? no_value
                        : area / (largest_ratio - 1) / static_cast<double>(ratios.size());
}

}  // namespace assay
