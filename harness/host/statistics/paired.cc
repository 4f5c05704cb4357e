#include "host/statistics/paired.h"

#include "host/statistics/attainable.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace assay {

namespace {

constexpr std::size_t largest_enumeration = 20;
constexpr int random_draws = 10000;

enum class Sides { both, greater };

bool reaches(double sum, double threshold, Sides sides) {
  return (sides == Sides::both ? std::abs(sum) : sum) >= threshold;
}

// Sums of d[from..to) under all sign vectors, sorted.
std::vector<double> signed_sums(const std::vector<double>& d, std::size_t from, std::size_t to) {
  std::vector<double> sums = {0};
  for (std::size_t i = from; i < to; ++i) {
    const std::size_t count = sums.size();
    for (std::size_t k = 0; k < count; ++k) {
      sums.push_back(sums[k] - d[i]);
      sums[k] += d[i];
    }
  }
  std::sort(sums.begin(), sums.end());
  return sums;
}

// How many of the 2^n sign vectors have a sum of at least `threshold`: every sum is one of the
// first half's plus one of the second's, so that 2^(n/2) searches count what enumerating would.
std::uint64_t count_reaching(const std::vector<double>& d, double threshold) {
  const std::vector<double> first = signed_sums(d, 0, d.size() / 2);
  const std::vector<double> second = signed_sums(d, d.size() / 2, d.size());
  std::uint64_t count = 0;
  for (const double sum : first) {
    const auto enough = std::lower_bound(second.begin(), second.end(), threshold - sum);
    count += static_cast<std::uint64_t>(second.end() - enough);
  }
  return count;
}

SignFlip sign_flips(const std::vector<double>& d, Sides sides) {
  if (d.empty()) return {};
  double sum = 0, size = 0;
  for (const double difference : d) {
    sum += difference;
    size += std::abs(difference);
  }
  // A tie must count as reached although the two sums were rounded differently.
  const double threshold = (sides == Sides::both ? std::abs(sum) : sum) - 1e-12 * size;
  if (d.size() <= largest_enumeration) {
    std::uint64_t count = count_reaching(d, threshold);
    if (sides == Sides::both) {
      // A vector and its opposite have sums of the same size; below zero every vector reaches.
      count = threshold > 0 ? 2 * count : std::uint64_t{1} << d.size();
    }
    return {std::ldexp(static_cast<double>(count), -static_cast<int>(d.size())), true};
  }
  std::mt19937_64 bits(0x617373617931ULL);  // fixed: the same data give the same p
  int count = 0;
  for (int draw = 0; draw < random_draws; ++draw) {
    double flipped = 0;
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < d.size(); ++i) {
      if (i % 64 == 0) word = bits();
      flipped += (word >> (i % 64) & 1) != 0 ? d[i] : -d[i];
    }
    if (reaches(flipped, threshold, sides)) ++count;
  }
  return {(1.0 + count) / (1.0 + random_draws), false};
}

}  // namespace

SignFlip sign_flip_test(const std::vector<double>& d) {
  if (d.size() > largest_enumeration && sample_sd(d) == 0 && d.front() != 0) {
    return {smallest_sign_flip_p(d.size()), true};
  }
  return sign_flips(d, Sides::both);
}

SignFlip sign_flip_greater(const std::vector<double>& d) {
  return sign_flips(d, Sides::greater);
}

double t_test_p(const std::vector<double>& values) {
  constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
  if (values.size() < 2) return no_value;
  const double center = mean(values);
  const double sd = sample_sd(values);
  if (sd == 0) return center == 0 ? 1 : no_value;
  const double n = static_cast<double>(values.size());
  return t_two_sided_p(n - 1, center / (sd / std::sqrt(n)));
}

double deciding_p(const std::vector<double>& differences) {
  const double p = t_test_p(differences);
  return std::isnan(p) && differences.size() >= 2 ? sign_flip_test(differences).p : p;
}

void remove_rounding(std::vector<double>& differences, double rounding) {
  if (differences.empty()) return;
  const auto [low, high] = std::minmax_element(differences.begin(), differences.end());
  if (*high - *low > rounding) return;
  const double value = std::abs(differences.front()) <= rounding ? 0 : differences.front();
  differences.assign(differences.size(), value);
}

PairedTest paired_test(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) {
    throw Error("paired_test needs one value a seed of both: it got " + std::to_string(a.size()) +
                " and " + std::to_string(b.size()));
  }
  PairedTest test;
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = a[i] - b[i];
    if (!std::isfinite(difference)) continue;
    test.differences.push_back(difference);
    largest = std::max({largest, std::abs(a[i]), std::abs(b[i])});
  }
  remove_rounding(test.differences, rounding_share * largest);
  test.difference = estimate_mean(test.differences);
  test.difference.dropped = a.size() - test.differences.size();
  test.p = deciding_p(test.differences);
  test.sign_flip = sign_flip_test(test.differences);
  return test;
}

}  // namespace assay
