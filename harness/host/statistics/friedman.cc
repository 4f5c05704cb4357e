#include "host/statistics/friedman.h"

#include "host/statistics/ranks.h"

#include <assay/common/error.h>

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// Ranks of one task, 1 = largest.
std::vector<double> ranks_from_best(const std::vector<double>& scores) {
  std::vector<double> ranks = midranks(scores);
  for (double& rank : ranks) rank = static_cast<double>(scores.size()) + 1 - rank;
  return ranks;
}

// Sum of c^3 - c over the groups of c equal ranks.
double tie_term(const std::vector<double>& ranks) {
  std::map<double, double> sizes;
  for (const double rank : ranks) ++sizes[rank];
  double sum = 0;
  for (const auto& [rank, size] : sizes) sum += size * size * size - size;
  return sum;
}

double chi_squared_p(double df, double chi2) {
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(df), chi2));
}

// Rounding must not keep full agreement from being seen: it is the denominator's zero.
void iman_davenport(RankTable& table) {
  const double k = static_cast<double>(table.methods), m = static_cast<double>(table.tasks);
  if (table.tasks < 2) {
    table.f = table.f_p = no_value;
    return;
  }
  const double rest = m * (k - 1) - table.chi2;
  if (rest <= 1e-9 * m * (k - 1)) {
    table.f = std::numeric_limits<double>::infinity();
    table.f_p = 0;
    return;
  }
  table.f = (m - 1) * table.chi2 / rest;
  table.f_p = boost::math::cdf(
      boost::math::complement(boost::math::fisher_f(k - 1, (k - 1) * (m - 1)), table.f));
}

void test(RankTable& table, double ties) {
  const double k = static_cast<double>(table.methods), m = static_cast<double>(table.tasks);
  double squares = 0;
  for (const double rank : table.mean_ranks) squares += rank * rank;
  table.chi2 = std::max(0.0, 12 * m / (k * (k + 1)) * (squares - k * (k + 1) * (k + 1) / 4));
  const double correction = 1 - ties / (m * (k * k * k - k));
  table.chi2_corrected = correction <= 1e-12 ? 0 : table.chi2 / correction;
  table.p = chi_squared_p(k - 1, table.chi2);
  table.p_corrected = chi_squared_p(k - 1, table.chi2_corrected);
  iman_davenport(table);
}

// Not a number where there is nothing to compare: the differences built on it are not either.
double standard_error(std::size_t k, std::size_t m) {
  if (k < 2 || m == 0) return no_value;
  const double methods = static_cast<double>(k);
  return std::sqrt(methods * (methods + 1) / (6 * static_cast<double>(m)));
}

// P(Q <= q) by Simpson's rule: the integrand is smooth and vanishes outside of the limits.
double studentized_range_cdf(std::size_t k, double q) {
  constexpr int steps = 2000;
  const boost::math::normal normal;
  const double from = -8, width = (16 + q) / steps;
  double sum = 0;
  for (int i = 0; i <= steps; ++i) {
    const double z = from + i * width;
    const double between = boost::math::cdf(normal, z) - boost::math::cdf(normal, z - q);
    const double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * boost::math::pdf(normal, z) * std::pow(between, static_cast<double>(k) - 1);
  }
  return static_cast<double>(k) * sum * width / 3;
}

}  // namespace

RankTable friedman(const std::vector<std::vector<double>>& scores_by_task) {
  RankTable table;
  table.methods = scores_by_task.empty() ? 0 : scores_by_task.front().size();
  std::vector<double> sums(table.methods, 0.0);
  double ties = 0;
  for (const std::vector<double>& scores : scores_by_task) {
    if (scores.size() != table.methods) {
      throw Error("friedman needs one score a method of every task: it got " +
                  std::to_string(table.methods) + " and " + std::to_string(scores.size()));
    }
    if (!std::all_of(scores.begin(), scores.end(), [](double x) { return std::isfinite(x); })) {
      ++table.dropped_tasks;
      continue;
    }
    ++table.tasks;
    const std::vector<double> ranks = ranks_from_best(scores);
    for (std::size_t i = 0; i < ranks.size(); ++i) sums[i] += ranks[i];
    ties += tie_term(ranks);
  }
  for (const double sum : sums) {
    table.mean_ranks.push_back(table.tasks == 0 ? no_value
                                                : sum / static_cast<double>(table.tasks));
  }
  if (table.methods < 2 || table.tasks == 0) {
    table.chi2 = table.chi2_corrected = table.p = table.p_corrected = no_value;
    table.f = table.f_p = no_value;
    return table;
  }
  test(table, ties);
  return table;
}

double studentized_range_quantile(std::size_t k, double probability) {
  double low = 0, high = 1;
  while (studentized_range_cdf(k, high) < probability) high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (studentized_range_cdf(k, middle) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

double nemenyi_critical_difference(std::size_t k, std::size_t m, double level) {
  return studentized_range_quantile(k, 1 - level) / std::sqrt(2.0) * standard_error(k, m);
}

double bonferroni_dunn_critical_difference(std::size_t k, std::size_t m, double level) {
  const double comparisons = std::max(1.0, static_cast<double>(k) - 1);
  return boost::math::quantile(boost::math::normal(), 1 - level / (2 * comparisons)) *
         standard_error(k, m);
}

double rank_difference_z(double rank_a, double rank_b, std::size_t k, std::size_t m) {
  return (rank_a - rank_b) / standard_error(k, m);
}

}  // namespace assay
