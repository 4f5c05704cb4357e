// Sleep data as two groups: R's documentation of t.test. D1: docs/statistics.md.
#include "host/statistics/unpaired.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;

TEST_CASE("Welch's test on Student's sleep data gives what R prints") {
  const WelchTest test = welch_test({0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0},
                                    {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4});
  CHECK(test.t == Approx(-1.8608).margin(5e-5));
  CHECK(test.df == Approx(17.776).margin(5e-4));
  CHECK(test.p == Approx(.07939).margin(5e-6));
  CHECK(test.interval->low == Approx(-3.3654832).margin(5e-8));
  CHECK(test.interval->high == Approx(.2054832).margin(5e-8));
}

TEST_CASE("D1 pairing is what finds the difference: Welch does not", "[example]") {
  const std::vector<double> a = {.812, .825, .801, .833, .819, .828};
  const std::vector<double> b = {.804, .809, .803, .815, .816, .820};
  CHECK(welch_test(a, b).p == Approx(.1633).margin(5e-5));
  CHECK(welch_test(a, b).difference == Approx(.0085));
  CHECK(welch_test(b, a).p == welch_test(a, b).p);
  CHECK(welch_test(b, a).interval->low == Approx(-welch_test(a, b).interval->high));
}

TEST_CASE("Welch's test on groups that are too small or do not vary") {
  const WelchTest small = welch_test({1, 2, 3}, {5, std::numeric_limits<double>::quiet_NaN()});
  CHECK(small.difference == -3);
  CHECK_FALSE(small.interval);
  CHECK(std::isnan(small.p));
  CHECK(small.b.dropped == 1);
  const WelchTest equal = welch_test({2, 2}, {2, 2, 2});
  CHECK(equal.p == 1);
  CHECK(equal.interval->half_width() == 0);
  const WelchTest apart = welch_test({2, 2}, {3, 3});
  CHECK(std::isnan(apart.p));
  CHECK(apart.interval->low == -1);
  CHECK(welch_test({2, 2}, {3, 5}).df == Approx(1));  // one spread: its own degrees of freedom
}
