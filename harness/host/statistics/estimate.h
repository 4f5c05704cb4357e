// A mean over seeds with its Student-t interval, and the mean over benchmarks of such means.
// Procedures, their edge cases and sources: docs/statistics.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace assay {

/// Level of every test and 1 - level of every interval's coverage.
inline constexpr double significance_level = 0.05;

/// Values that differ by less than this share of the largest are equal but for rounding.
inline constexpr double rounding_share = 1e-12;

struct Interval {
  double low = 0, high = 0;

  bool contains(double value) const noexcept { return low <= value && value <= high; }
  double half_width() const noexcept { return (high - low) / 2; }
};

double mean(const std::vector<double>& values);
/// Sample standard deviation, divisor n - 1; not a number below two values. Spreads that are only
/// rounding (below 1e-12 of the largest magnitude) are exactly zero.
double sample_sd(const std::vector<double>& values);
/// Quantile of Student's t: t_quantile(4, 0.975) = 2.776. `df` may be fractional.
double t_quantile(double df, double probability);
/// P(|T| >= |t|) with df degrees of freedom.
double t_two_sided_p(double df, double t);
/// P(|Z| >= |z|) of a standard normal Z.
double normal_two_sided_p(double z);

/// What is known of a mean. Values that are not finite are left out and counted.
struct Estimate {
  std::size_t n = 0;                 ///< values used
  std::size_t dropped = 0;           ///< values that were not finite
  double mean = 0;                   ///< not a number when n = 0
  double sd = 0;                     ///< not a number below n = 2
  std::optional<Interval> interval;  ///< none below n = 2: one seed says nothing of the spread

  /// Two seeds or more, all with the same value: usually a sign that the seed is not used.
  bool no_variation() const noexcept { return n >= 2 && sd == 0; }
};

/// mean +- t_{n-1,.975} sd / sqrt(n).
Estimate estimate_mean(const std::vector<double>& values);

/// One benchmark's values and the seeds they belong to.
struct SeededValues {
  std::vector<std::uint64_t> seeds;  ///< none twice
  std::vector<double> values;        ///< one a seed; not finite: none
};

struct OverBenchmarks {
  enum class Seeds {
    shared,    ///< every benchmark has the same values' seeds
    partly,    ///< some seeds only: the estimate is of those that all benchmarks have
    disjoint,  ///< no two benchmarks share a seed: they are independent
    unpaired,  ///< fewer than two are in all, and some benchmarks share some: no interval
  };

  Estimate estimate;  ///< n: seeds used, of disjoint benchmarks their sum; sd: see mean_over_benchmarks
  Seeds seeds = Seeds::shared;
  double p = 0;  ///< two-sided, of mean zero; not a number where there is no interval or no spread
};

/// The mean over benchmarks of their means. Benchmarks are fixed, seeds random. A seed is one draw
/// (split, first weights, order) in all benchmarks that use it, so where they share seeds the values
/// are averaged over benchmarks first, and the t interval is over seeds (`sd`: of those averages).
/// Without a shared seed the variances of the means add up, degrees of freedom after Welch and
/// Satterthwaite (`sd`: the standard error). No interval when that needs a second value somewhere.
OverBenchmarks mean_over_benchmarks(const std::vector<SeededValues>& parts);

}  // namespace assay
