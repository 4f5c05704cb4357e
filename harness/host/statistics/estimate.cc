#include "host/statistics/estimate.h"

#include "host/statistics/paired.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <map>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// One seed over all benchmarks.
struct SeedSum {
  double values = 0;
  std::size_t benchmarks = 0;  // that have a value of it
  std::size_t planned = 0;     // that use it
};

std::map<std::uint64_t, SeedSum> sums_by_seed(const std::vector<SeededValues>& parts) {
  std::map<std::uint64_t, SeedSum> sums;
  for (const SeededValues& part : parts) {
    for (std::size_t i = 0; i < part.seeds.size(); ++i) {
      SeedSum& sum = sums[part.seeds[i]];
      ++sum.planned;
      if (!std::isfinite(part.values[i])) continue;
      sum.values += part.values[i];
      ++sum.benchmarks;
    }
  }
  return sums;
}

// Welch and Satterthwaite: the variances of the benchmarks' means add up.
struct Independent {
  Estimate estimate;
  double p = no_value;
};

Independent mean_of_independent(const std::vector<SeededValues>& parts) {
  Independent found;
  Estimate& overall = found.estimate;
  overall.mean = overall.sd = no_value;
  double sum = 0, variance = 0, welch = 0;
  bool every_spread_known = true;
  for (const SeededValues& seeded : parts) {
    const Estimate part = estimate_mean(seeded.values);
    overall.n += part.n;
    overall.dropped += part.dropped;
    sum += part.mean;
    if (part.n < 2) {
      every_spread_known = false;
      continue;
    }
    const double v = part.sd * part.sd / static_cast<double>(part.n);
    variance += v;
    welch += v * v / static_cast<double>(part.n - 1);
  }
  const double count = static_cast<double>(parts.size());
  overall.mean = sum / count;
  if (!every_spread_known || !std::isfinite(overall.mean)) return found;
  overall.sd = std::sqrt(variance) / count;
  // All spreads zero leaves the degrees of freedom 0/0: the interval has no width whatever they
  // are.
  double half = 0;
  if (variance > 0) {
    const double df = variance * variance / welch;
    half = t_quantile(df, 1 - significance_level / 2) * overall.sd;
    found.p = t_two_sided_p(df, overall.mean / overall.sd);
  }
  overall.interval = Interval{overall.mean - half, overall.mean + half};
  return found;
}

}  // namespace

double mean(const std::vector<double>& values) {
  if (values.empty()) return no_value;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double sample_sd(const std::vector<double>& values) {
  if (values.size() < 2) return no_value;
  const double center = mean(values);
  double squares = 0, largest = 0;
  for (const double value : values) {
    squares += (value - center) * (value - center);
    largest = std::max(largest, std::abs(value));
  }
  const double sd = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return sd <= rounding_share * largest ? 0 : sd;
}

double t_quantile(double df, double probability) {
  return boost::math::quantile(boost::math::students_t(df), probability);
}

double t_two_sided_p(double df, double t) {
  const boost::math::students_t distribution(df);
  return std::min(1.0, 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t))));
}

double normal_two_sided_p(double z) {
  return std::min(1.0, 2 * boost::math::cdf(boost::math::normal(), -std::abs(z)));
}

Estimate estimate_mean(const std::vector<double>& values) {
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
               [](double value) { return std::isfinite(value); });
  Estimate estimate;
  estimate.n = finite.size();
  estimate.dropped = values.size() - finite.size();
  estimate.mean = mean(finite);
  estimate.sd = sample_sd(finite);
  if (finite.size() >= 2) {
    const double n = static_cast<double>(finite.size());
    const double half = t_quantile(n - 1, 1 - significance_level / 2) * estimate.sd / std::sqrt(n);
    estimate.interval = Interval{estimate.mean - half, estimate.mean + half};
  }
  return estimate;
}

OverBenchmarks mean_over_benchmarks(const std::vector<SeededValues>& parts) {
  OverBenchmarks over;
  over.estimate.mean = over.estimate.sd = over.p = no_value;
  if (parts.empty()) return over;
  const std::map<std::uint64_t, SeedSum> sums = sums_by_seed(parts);
  std::vector<double> averages;  // over benchmarks, of the seeds that all have
  bool disjoint = parts.size() > 1;
  for (const auto& [seed, sum] : sums) {
    if (sum.benchmarks == parts.size()) {
      averages.push_back(sum.values / static_cast<double>(parts.size()));
    }
    if (sum.planned > 1) disjoint = false;
  }
  if (disjoint) {
    over.seeds = OverBenchmarks::Seeds::disjoint;
    const Independent found = mean_of_independent(parts);
    over.estimate = found.estimate;
    over.p = found.p;
  } else if (averages.size() >= 2 || parts.size() == 1 || averages.size() == sums.size()) {
    over.estimate = estimate_mean(averages);
    over.p = t_test_p(averages);
    over.estimate.dropped = sums.size() - averages.size();
    over.seeds =
        over.estimate.dropped == 0 ? OverBenchmarks::Seeds::shared : OverBenchmarks::Seeds::partly;
  } else {
    over.seeds = OverBenchmarks::Seeds::unpaired;
    over.estimate = mean_of_independent(parts).estimate;
    over.estimate.interval.reset();
  }
  return over;
}

}  // namespace assay
