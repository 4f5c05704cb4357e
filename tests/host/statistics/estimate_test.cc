// Published: Student's quantiles (any t table); R's t.test on the sleep data of Student (1908).
// D3: docs/statistics.md, recomputed with SciPy.
#include "host/statistics/estimate.h"

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

TEST_CASE("a mean over benchmarks has Welch-Satterthwaite degrees of freedom (D3)") {
  const Estimate x = mean_of_means({estimate_mean({.10, .20, .40}), estimate_mean({.50, .55, .30}),
                                    estimate_mean({.80, .70, .90})});
  CHECK(x.mean == Approx(.494444).margin(1e-6));
  CHECK(x.sd == Approx(.043390).margin(1e-6));
  REQUIRE(x.interval);
  CHECK(x.interval->low == Approx(.385544).margin(1e-6));
  CHECK(x.interval->high == Approx(.603344).margin(1e-6));

  const Estimate difference =
      mean_of_means({estimate_mean({.05, .05, .10}), estimate_mean({.05, -.05, .10}),
                     estimate_mean({-.05, .10, .15})});
  CHECK(difference.mean == Approx(.055556).margin(1e-6));
  CHECK(difference.interval->low == Approx(-.014940).margin(1e-6));
  CHECK(difference.interval->high == Approx(.126051).margin(1e-6));
}

TEST_CASE("a mean over benchmarks with one seed somewhere has no interval") {
  const Estimate overall = mean_of_means({estimate_mean({1, 2, 3}), estimate_mean({5})});
  CHECK(overall.mean == 3.5);
  CHECK_FALSE(overall.interval);
  CHECK(mean_of_means({estimate_mean({1, 1}), estimate_mean({2, 2})}).interval->half_width() == 0);
  CHECK(std::isnan(mean_of_means({}).mean));
}
