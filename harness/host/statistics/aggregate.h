// One number for all runs of a method on several tasks (Agarwal et al., NeurIPS 2021; the numbers
// of google/rliable), and Dolan and More's (2002) profile of costs. Scores are normalised by the
// caller where tasks differ in scale. Values that are not finite are left out; nothing left: not a
// number.
#pragma once

#include <vector>

namespace assay {

/// Scores of one method: [task][seed]. Tasks may have different numbers of seeds.
using TaskScores = std::vector<std::vector<double>>;

/// Sorted, floor(n / 4) dropped at each end, the mean of the rest. Three values drop none.
double interquartile_mean(std::vector<double> scores);
/// Over the runs of all tasks together.
double interquartile_mean(const TaskScores& scores);

/// gamma - mean(min(score, gamma)): how far below gamma runs end. 0 when all reach it.
double optimality_gap(const std::vector<double>& scores, double gamma = 1);
/// Over the runs of all tasks together.
double optimality_gap(const TaskScores& scores, double gamma = 1);

/// Mann-Whitney's U / (n_a n_b): how probably a run of `a` is above one of `b` (ties count half).
/// The same as Vargha and Delaney's A12.
double probability_of_improvement(const std::vector<double>& a, const std::vector<double>& b);
/// The mean over tasks, of those on which both have scores. Throws Error for other task counts.
double probability_of_improvement(const TaskScores& a, const TaskScores& b);

/// For each tau the share of runs with score > tau (strictly).
std::vector<double> performance_profile(const TaskScores& scores, const std::vector<double>& taus);

/// The cost of a method on each task over the least cost of any: [task][method] to [method][task].
/// A task that a method did not solve (not finite, or not above 0) has an infinite ratio.
std::vector<std::vector<double>> cost_ratios(const std::vector<std::vector<double>>& costs_by_task);

/// For each tau the share of tasks with ratio <= tau.
std::vector<double> cost_profile(const std::vector<double>& ratios,
                                 const std::vector<double>& taus);

/// The mean height of the cost profile from 1 to `largest_ratio` > 1 (AlgoPerf: 4): 1 = cheapest on
/// every task, 0 = never within the limit.
double cost_profile_score(const std::vector<double>& ratios, double largest_ratio = 4);

}  // namespace assay
