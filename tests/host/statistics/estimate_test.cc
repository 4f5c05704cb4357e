// Published: Student's quantiles (any t table); R's t.test on the sleep data of Student (1908).
// D3: docs/statistics.md, recomputed with SciPy.
#include "host/statistics/estimate.h"
#include "host/statistics/paired.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("quantiles of Student's t are those of the printed tables") {
  const double expected[][2] = {{1, 12.706}, {2, 4.303}, {3, 3.182}, {4, 2.776},
                                {5, 2.571},  {7, 2.365}, {9, 2.262}};
  for (const auto& [df, quantile] : expected) {
    CHECK(t_quantile(df, 0.975) == Approx(quantile).margin(5e-4));
  }
  CHECK(t_two_sided_p(9, -4.0621) == Approx(0.002833).margin(5e-7));
}

TEST_CASE("a mean has the t interval of R's one-sample t test") {
  // sleep$extra of the first drug: mean 0.75, sd 1.78901, 95 % interval [-0.5297804, 2.0297804].
  const Estimate drug = estimate_mean({0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0});
  CHECK(drug.n == 10);
  CHECK(drug.mean == Approx(0.75));
  CHECK(drug.sd == Approx(1.78901).margin(5e-6));
  REQUIRE(drug.interval);
  CHECK(drug.interval->low == Approx(-0.5297804).margin(1e-6));
  CHECK(drug.interval->high == Approx(2.0297804).margin(1e-6));
}

TEST_CASE("one seed has a mean and no interval") {
  const Estimate one = estimate_mean({0.5});
  CHECK(one.mean == 0.5);
  CHECK(std::isnan(one.sd));
  CHECK_FALSE(one.interval);
  CHECK_FALSE(one.no_variation());
}

TEST_CASE("no value at all is not a number") {
  const Estimate none = estimate_mean({no_value, std::numeric_limits<double>::infinity()});
  CHECK(none.n == 0);
  CHECK(none.dropped == 2);
  CHECK(std::isnan(none.mean));
  CHECK_FALSE(none.interval);
}

TEST_CASE("seeds that are not numbers are left out and counted") {
  const Estimate estimate = estimate_mean({1, no_value, 3});
  CHECK(estimate.n == 2);
  CHECK(estimate.dropped == 1);
  CHECK(estimate.mean == 2);
  // sd = sqrt(2), half-width 12.7062 * sqrt(2) / sqrt(2)
  CHECK(estimate.interval->half_width() == Approx(12.7062).margin(1e-4));
}

TEST_CASE("equal seeds give an interval without width, and are noticed") {
  const Estimate equal = estimate_mean({0.1, 0.1, 0.1});
  CHECK(equal.no_variation());
  REQUIRE(equal.interval);
  CHECK(equal.interval->low == equal.interval->high);
  // Rounding alone is no spread: 0.1 + 0.2 is not 0.3 in floating point.
  CHECK(estimate_mean({0.1 + 0.2, 0.3, 0.3}).no_variation());
}

TEST_CASE("D3 a mean over benchmarks with their own seeds adds up variances", "[example]") {
  const OverBenchmarks x = mean_over_benchmarks({{{0, 1, 2}, {.10, .20, .40}},
                                                 {{3, 4, 5}, {.50, .55, .30}},
                                                 {{6, 7, 8}, {.80, .70, .90}}});
  CHECK(x.seeds == OverBenchmarks::Seeds::disjoint);
  CHECK(x.estimate.n == 9);
  CHECK(x.estimate.mean == Approx(.494444).margin(1e-6));
  CHECK(x.estimate.sd == Approx(.043390).margin(1e-6));
  REQUIRE(x.estimate.interval);
  CHECK(x.estimate.interval->low == Approx(.385544).margin(1e-6));
  CHECK(x.estimate.interval->high == Approx(.603344).margin(1e-6));

  const Estimate difference =
      mean_over_benchmarks({{{0, 1, 2}, {.05, .05, .10}},
                            {{3, 4, 5}, {.05, -.05, .10}},
                            {{6, 7, 8}, {-.05, .10, .15}}})
          .estimate;
  CHECK(difference.mean == Approx(.055556).margin(1e-6));
  CHECK(difference.sd == Approx(.025459).margin(1e-6));
  CHECK(difference.interval->low == Approx(-.014940).margin(1e-6));
  CHECK(difference.interval->high == Approx(.126051).margin(1e-6));
  CHECK(mean_over_benchmarks({{{0, 1}, {1, 1}}, {{2, 3}, {2, 2}}}).estimate.interval->half_width() ==
        0);
}

TEST_CASE("benchmarks that share their seeds are averaged seed by seed first") {
  // The seeds' averages: 1.40 / 3, 1.45 / 3, 1.60 / 3; sd .104083 / 3 = .034694, of the mean
  // .020031, times 4.302653.
  const OverBenchmarks x = mean_over_benchmarks({{{0, 1, 2}, {.10, .20, .40}},
                                                 {{0, 1, 2}, {.50, .55, .30}},
                                                 {{2, 1, 0}, {.90, .70, .80}}});
  CHECK(x.seeds == OverBenchmarks::Seeds::shared);
  CHECK(x.estimate.n == 3);
  CHECK(x.estimate.mean == Approx(.494444).margin(1e-6));
  CHECK(x.estimate.sd == Approx(.034694).margin(1e-6));
  CHECK(x.estimate.interval->low == Approx(.494444 - .086186).margin(1e-5));
  CHECK(x.estimate.interval->high == Approx(.494444 + .086186).margin(1e-5));

  // What goes up and down together does not average out: the interval of one benchmark alone.
  const std::vector<double> values = {.1, .2, .4};
  const Estimate twice = mean_over_benchmarks({{{0, 1, 2}, values}, {{0, 1, 2}, values}}).estimate;
  CHECK(twice.interval->half_width() == Approx(estimate_mean(values).interval->half_width()));
}

TEST_CASE("of seeds shared in part those count that every benchmark has") {
  const OverBenchmarks x =
      mean_over_benchmarks({{{0, 1, 2}, {1, 2, 9}}, {{0, 1, 7}, {3, 6, no_value}}});
  CHECK(x.seeds == OverBenchmarks::Seeds::partly);
  CHECK(x.estimate.n == 2);
  CHECK(x.estimate.dropped == 2);
  CHECK(x.estimate.mean == 3);                                                 // of 2 and 4
  CHECK(x.estimate.interval->half_width() == Approx(12.7062).margin(1e-4));  // sd sqrt(2)
}

TEST_CASE("a mean over benchmarks without two seeds to compare has no interval") {
  const OverBenchmarks one = mean_over_benchmarks({{{0, 1, 2}, {1, 2, 3}}, {{0}, {5}}});
  CHECK(one.seeds == OverBenchmarks::Seeds::unpaired);
  CHECK(one.estimate.mean == 3.5);
  CHECK_FALSE(one.estimate.interval);
  CHECK_FALSE(mean_over_benchmarks({{{0}, {1}}, {{0}, {5}}}).estimate.interval);
  CHECK_FALSE(mean_over_benchmarks({{{0, 1, 2}, {1, 2, 3}}, {{9}, {5}}}).estimate.interval);
  CHECK(std::isnan(mean_over_benchmarks({}).estimate.mean));
}

TEST_CASE("over one benchmark the interval is its own") {
  const OverBenchmarks one = mean_over_benchmarks({{{0, 1, 2}, {1, no_value, 3}}});
  CHECK(one.estimate.n == 2);
  CHECK(one.estimate.interval->half_width() ==
        estimate_mean({1, 3}).interval->half_width());
}

TEST_CASE("the p of a mean over benchmarks belongs to its interval") {
  // D3: X - Y of E7 with seeds of its own on each benchmark: SE .025459, df 4.0274.
  const OverBenchmarks own = mean_over_benchmarks(
      {{{0, 1, 2}, {.05, .05, .10}}, {{3, 4, 5}, {.05, -.05, .10}}, {{6, 7, 8}, {-.05, .10, .15}}});
  CHECK(own.estimate.sd == Approx(.025459).margin(1e-6));
  CHECK(own.p == Approx(t_two_sided_p(4.0274, .055556 / .025459)).epsilon(1e-4));
  // Shared seeds: averages .0166667, .0333333, .1166667; the paired t test of these.
  const OverBenchmarks shared = mean_over_benchmarks(
      {{{0, 1, 2}, {.05, .05, .10}}, {{0, 1, 2}, {.05, -.05, .10}}, {{0, 1, 2}, {-.05, .10, .15}}});
  CHECK(shared.p == Approx(t_test_p({.05 / 3, .10 / 3, .35 / 3})));
  CHECK(std::isnan(mean_over_benchmarks({{{0, 1}, {1, 2}}, {{0}, {5}}}).p));
  CHECK(std::isnan(mean_over_benchmarks({}).p));
}
