// Several methods over several tasks: mean ranks, Friedman's test and the critical differences of
// mean ranks (Demsar, JMLR 2006). Methods may be compared in pairs by these only against the same
// pool of methods: adding one can turn a verdict between two others. Wilcoxon's test over tasks
// (ranks.h) with Holm does not depend on the pool and is the default.
#pragma once

#include <cstddef>
#include <vector>

namespace assay {

struct RankTable {
  std::size_t tasks = 0;  ///< used
  std::size_t methods = 0;
  std::vector<double> mean_ranks;  ///< by method; 1 = best on every task
  double chi2 = 0;                 ///< Friedman's statistic, methods - 1 degrees of freedom
  double chi2_corrected = 0;       ///< the same, corrected for ties: what SciPy and R print
  double p = 1, p_corrected = 1;
  double f = 0;    ///< Iman and Davenport, from `chi2`; infinite where all tasks agree
  double f_p = 1;  ///< its p: methods - 1 and (methods - 1)(tasks - 1) degrees of freedom
  std::size_t dropped_tasks = 0;  ///< lacked a value of some method
};

/// Scores are [task][method], larger is better; equal scores (see `tied`) share the average rank.
/// Every method tied on every task: both statistics 0, p 1. Fewer than two methods or no task:
/// statistics and p are not numbers; one task: `f` and `f_p` are not. Throws Error for rows of
/// different lengths.
RankTable friedman(const std::vector<std::vector<double>>& scores_by_task);

/// Quantile of the studentized range of k means with infinite degrees of freedom, k >= 2 and a
/// probability below 1: 3.633 for k = 4, .95.
/// P(Q <= q) = k * integral phi(z) (Phi(z) - Phi(z - q))^(k-1) dz.
double studentized_range_quantile(std::size_t k, double probability);

/// Mean ranks of k methods over m tasks that differ by this much or more are told apart at `level`,
/// all pairs together (Nemenyi). Not a number for fewer than two methods or no task, like the next
/// two.
double nemenyi_critical_difference(std::size_t k, std::size_t m, double level = 0.05);

/// The same for the k - 1 comparisons with one baseline (Bonferroni and Dunn).
double bonferroni_dunn_critical_difference(std::size_t k, std::size_t m, double level = 0.05);

/// (rank_a - rank_b) / sqrt(k (k + 1) / (6 m)): standard normal when the methods do not differ; its
/// p is `normal_two_sided_p`.
double rank_difference_z(double rank_a, double rank_b, std::size_t k, std::size_t m);

}  // namespace assay
