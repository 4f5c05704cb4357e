#include "host/statistics/ranks.h"

#include "host/statistics/estimate.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t largest_exact_signed_rank = 62;  // the counts sum to 2^n: 64 bits hold them
constexpr std::size_t largest_exact_rank_sum = 60;

std::vector<double> finite(const std::vector<double>& values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](double value) { return std::isfinite(value); });
  return kept;
}

// Midranks are multiples of a half.
std::size_t doubled(double rank) {
  return static_cast<std::size_t>(std::lround(2 * rank));
}

// P(W' <= w) when each rank is positive with probability 1/2.
double signed_rank_lower_tail(const std::vector<double>& ranks, double w) {
  std::vector<std::uint64_t> counts{1};  // by doubled sum: the sign vectors that reach it
  for (const double rank : ranks) {
    const std::size_t shift = doubled(rank);
    std::vector<std::uint64_t> next(counts.size() + shift, 0);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      next[i] += counts[i];
      next[i + shift] += counts[i];
    }
    counts = std::move(next);
  }
  std::uint64_t reached = 0;
  for (std::size_t i = 0; i <= doubled(w); ++i) reached += counts[i];
  return std::ldexp(static_cast<double>(reached), -static_cast<int>(ranks.size()));
}

// The number of subsets of `size` ranks by their doubled sum. In floating point: the counts exceed
// 64 bits' worth of exact ones only in digits that no p-value shows.
std::vector<double> rank_sum_counts(const std::vector<double>& ranks, std::size_t size) {
  std::size_t total = 0;
  for (const double rank : ranks) total += doubled(rank);
  std::vector<std::vector<double>> counts(size + 1, std::vector<double>(total + 1, 0.0));
  counts[0][0] = 1;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const std::size_t shift = doubled(ranks[i]);
    for (std::size_t chosen = std::min(i + 1, size); chosen > 0; --chosen) {
      for (std::size_t sum = shift; sum <= total; ++sum) {
        counts[chosen][sum] += counts[chosen - 1][sum - shift];
      }
    }
  }
  return counts[size];
}

double exact_rank_sum_p(const std::vector<double>& ranks, std::size_t size, double rank_sum) {
  const std::vector<double> counts = rank_sum_counts(ranks, size);
  const std::size_t at = doubled(rank_sum);
  double all = 0, below = 0, above = 0;
  for (std::size_t sum = 0; sum < counts.size(); ++sum) {
    all += counts[sum];
    if (sum <= at) below += counts[sum];
    if (sum >= at) above += counts[sum];
  }
  return std::min(1.0, 2 * std::min(below, above) / all);
}

// The variance of the rank sum for the observed ranks, so ties need no further correction.
double normal_rank_sum_p(const std::vector<double>& ranks, std::size_t size, double rank_sum) {
  const double total = static_cast<double>(ranks.size()), chosen = static_cast<double>(size);
  const double center = (total + 1) / 2;
  double squares = 0;
  for (const double rank : ranks) squares += (rank - center) * (rank - center);
  const double variance = chosen * (total - chosen) / (total * (total - 1)) * squares;
  if (variance == 0) return 1;
  return normal_two_sided_p((rank_sum - chosen * center) / std::sqrt(variance));
}

}  // namespace

bool tied(double a, double b) {
  return a == b || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

std::vector<double> midranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t from = 0, to = 0; from < order.size(); from = to) {
    while (to < order.size() && tied(values[order[from]], values[order[to]])) ++to;
    const double rank = static_cast<double>(from + 1 + to) / 2;
    for (std::size_t i = from; i < to; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

SignedRank wilcoxon_signed_rank(const std::vector<double>& differences, Zeros zeros) {
  std::vector<double> used = finite(differences), sizes;
  double largest = 0;
  for (const double d : used) largest = std::max(largest, std::abs(d));
  for (double& d : used) {
    if (std::abs(d) <= 1e-12 * largest) d = 0;
  }
  if (zeros == Zeros::dropped) std::erase(used, 0.0);
  for (const double d : used) sizes.push_back(std::abs(d));
  const std::vector<double> all_ranks = midranks(sizes);

  SignedRank result;
  std::vector<double> ranks;  // of the differences that are not zero
  double squares = 0;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] == 0) continue;
    ranks.push_back(all_ranks[i]);
    squares += all_ranks[i] * all_ranks[i];
    (used[i] > 0 ? result.w_plus : result.w_minus) += all_ranks[i];
  }
  result.n = ranks.size();
  if (ranks.empty()) return result;
  const double smaller = std::min(result.w_plus, result.w_minus);
  result.exact = result.n <= largest_exact_signed_rank;
  result.p = result.exact
                 ? std::min(1.0, 2 * signed_rank_lower_tail(ranks, smaller))
                 : normal_two_sided_p((result.w_plus - result.w_minus) / std::sqrt(squares));
  return result;
}

RankSum mann_whitney(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> values = finite(a);
  const std::size_t size = values.size();
  const std::vector<double> others = finite(b);
  values.insert(values.end(), others.begin(), others.end());
  if (size == 0 || others.empty()) return {no_value, no_value, true};

  const std::vector<double> ranks = midranks(values);
  const double rank_sum =
      std::accumulate(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(size), 0.0);
  const double smallest = static_cast<double>(size * (size + 1)) / 2;
  const bool exact = values.size() <= largest_exact_rank_sum;
  return {
      rank_sum - smallest,
      exact ? exact_rank_sum_p(ranks, size, rank_sum) : normal_rank_sum_p(ranks, size, rank_sum),
      exact};
}

double sign_test_p(std::size_t wins, std::size_t losses) {
  if (wins + losses == 0) return 1;
  const boost::math::binomial distribution(static_cast<double>(wins + losses), 0.5);
  const double fewer = static_cast<double>(std::min(wins, losses));
  return std::min(1.0, 2 * boost::math::cdf(distribution, fewer));
}

}  // namespace assay
