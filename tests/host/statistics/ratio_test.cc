// The data of Cushny and Peebles (hours of sleep gained with two drugs), on which Fieller's method
// has been shown since Fieller (1954). The limits were found with SciPy, as the ratios rho at which
// the paired t test of x - rho y has p = .05 exactly; the tests check that definition too.
#include "host/statistics/ratio.h"
#include "host/statistics/paired.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> drug1 = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
const std::vector<double> drug2 = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

double p_of(double rho, const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> rest;
  for (std::size_t i = 0; i < x.size(); ++i) rest.push_back(x[i] - rho * y[i]);
  return t_test_p(rest);
}

}  // namespace

TEST_CASE("a ratio whose denominator is clear has an interval (Cushny and Peebles)") {
  const RatioEstimate ratio = estimate_ratio(drug1, drug2);
  CHECK(ratio.resolved);
  CHECK(ratio.ratio == Approx(.75 / 2.33));
  REQUIRE(ratio.set == RatioEstimate::Set::interval);
  CHECK(ratio.bounds.low == Approx(-.4849197754).margin(1e-9));
  CHECK(ratio.bounds.high == Approx(.6565966853).margin(1e-9));
  CHECK(p_of(ratio.bounds.low, drug1, drug2) == Approx(.05).margin(1e-9));
  CHECK(p_of(ratio.bounds.high, drug1, drug2) == Approx(.05).margin(1e-9));
}

TEST_CASE("a denominator that may be zero gives the outside of an interval, and no ratio") {
  const RatioEstimate ratio = estimate_ratio(drug2, drug1);
  CHECK_FALSE(ratio.resolved);  // .75 is 1.33 standard errors
  CHECK(std::isnan(ratio.ratio));
  REQUIRE(ratio.set == RatioEstimate::Set::outside);
  CHECK(ratio.bounds.low == Approx(-2.0621967814).margin(1e-9));
  CHECK(ratio.bounds.high == Approx(1.5230049472).margin(1e-9));
  CHECK(p_of(0, drug2, drug1) < .05);  // between: rejected
  CHECK(p_of(ratio.bounds.high + 5, drug2, drug1) > .05);
}

TEST_CASE("two means that may both be zero exclude no ratio") {
  const RatioEstimate ratio = estimate_ratio({.01, -.02, .0, .03, -.01}, {.02, -.05, .03, .01, .0});
  CHECK(ratio.set == RatioEstimate::Set::everything);
  CHECK_FALSE(ratio.resolved);
}

TEST_CASE("PGR of five seeds") {
  const std::vector<double> gain = {.031, .024, .036, .028, .022},
                            gap = {.152, .141, .160, .149, .138};
  const RatioEstimate pgr = estimate_ratio(gain, gap);
  CHECK(pgr.ratio == Approx(.1905405405));
  CHECK(pgr.bounds.low == Approx(.1550790368).margin(1e-9));
  CHECK(pgr.bounds.high == Approx(.2211565666).margin(1e-9));
}

TEST_CASE("a constant denominator divides the t interval") {
  const RatioEstimate ratio = estimate_ratio({1, 2, 3}, {2, 2, 2});
  const Estimate plain = estimate_mean({.5, 1, 1.5});
  CHECK(ratio.ratio == Approx(1));
  CHECK(ratio.bounds.low == Approx(plain.interval->low));
  CHECK(ratio.bounds.high == Approx(plain.interval->high));
}

TEST_CASE("the denominator must exceed two standard errors") {
  // mean .03, standard error .015 exactly at two: not more than two.
  CHECK_FALSE(estimate_ratio({1, 1}, {.015, .045}).resolved);
  CHECK(estimate_ratio({1, 1}, {.016, .046}).resolved);
  // A clearly negative denominator is not resolved either: the ceiling lies below the supervisor.
  CHECK_FALSE(estimate_ratio({1, 1, 1}, {-1, -1.1, -1.05}).resolved);
}

TEST_CASE("one seed has no ratio, and seeds without a value are dropped in pairs") {
  const RatioEstimate one = estimate_ratio({.03}, {.15});
  CHECK(one.n == 1);
  CHECK(std::isnan(one.ratio));
  CHECK(one.set == RatioEstimate::Set::none);
  const RatioEstimate holed = estimate_ratio({.03, no_value, .02, .025}, {.15, .14, no_value, .16});
  CHECK(holed.n == 2);
  CHECK(holed.dropped == 2);
  CHECK_THROWS_WITH(estimate_ratio({1}, {}),
                    "estimate_ratio needs one pair a seed: it got 1 and 0");
}
