// D1, D2: docs/statistics.md (recomputed with SciPy and by enumeration). Sleep data: R's
// documentation of t.test. Darwin's maize: Fisher, The Design of Experiments (1935), section 21.
#include "host/statistics/paired.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

using namespace assay;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> a = {.812, .825, .801, .833, .819, .828};
const std::vector<double> b = {.804, .809, .803, .815, .816, .820};

}  // namespace

TEST_CASE("D1 a pair of rows on six seeds: t decides, sign flips do not", "[example]") {
  const PairedTest test = paired_test(a, b);
  CHECK(test.difference.n == 6);
  CHECK(test.difference.mean == Approx(.0085));
  CHECK(test.difference.sd == Approx(.0075829).margin(1e-7));
  CHECK(test.difference.interval->low == Approx(.000542).margin(1e-6));
  CHECK(test.difference.interval->high == Approx(.016458).margin(1e-6));
  CHECK(test.p == Approx(.04051).margin(1e-5));
  CHECK(test.sign_flip.p == Approx(.0625));
  CHECK(test.sign_flip.exact);
  CHECK(sign_flip_greater(test.differences).p == Approx(.03125));
}

TEST_CASE("D2 five positive differences reach the smallest sign-flip p, .0625", "[example]") {
  const PairedTest test = paired_test({.008, .016, .002, .018, .003}, {0, 0, 0, 0, 0});
  CHECK(test.p == Approx(.04567).margin(1e-5));
  CHECK(test.difference.interval->low == Approx(.000293).margin(1e-6));
  CHECK(test.difference.interval->high == Approx(.018507).margin(1e-6));
  CHECK(test.difference.sd == Approx(.0073348).margin(1e-7));
  CHECK(test.sign_flip.p == Approx(.0625));
  CHECK(sign_flip_greater(test.differences).p == Approx(.03125));
}

TEST_CASE("Student's sleep data give R's paired t test") {
  const PairedTest test = paired_test({0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0},
                                      {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4});
  CHECK(test.difference.mean == Approx(-1.58));
  CHECK(test.p == Approx(.002833).margin(5e-7));
  CHECK(test.difference.interval->low == Approx(-2.4598858).margin(1e-6));
  CHECK(test.difference.interval->high == Approx(-0.7001142).margin(1e-6));
}

TEST_CASE("Darwin's maize gives Fisher's sign-flip count, 863 of 32768 on each side") {
  const SignFlip flip =
      sign_flip_test({49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48});
  CHECK(flip.exact);
  CHECK(flip.p == Approx(2 * 863.0 / 32768));
  CHECK(sign_flip_greater({49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48}).p ==
        Approx(863.0 / 32768));
}

TEST_CASE("one-sided sign flips look to one side only") {
  CHECK(sign_flip_greater({-1, -2, -3}).p == 1);
  CHECK(sign_flip_greater({1, 2, 3}).p == Approx(.125));
  CHECK(sign_flip_greater({0, 0}).p == 1);
  CHECK(sign_flip_greater({}).p == 1);
  CHECK(sign_flip_greater(std::vector<double>(24, 1.0)).p == Approx(1.0 / 10001));
  CHECK(sign_flip_greater(std::vector<double>(24, -1.0)).p == 1);
}

TEST_CASE("sums that differ by rounding alone count as ties") {
  // .1 + .2 - .3 is not zero in floating point; every sign vector reaches a sum of zero.
  CHECK(sign_flip_test({.1, .2, -.3}).p == 1);
  CHECK(sign_flip_test({0, 0, 0}).p == 1);
  CHECK(sign_flip_test({}).p == 1);
}

TEST_CASE("above twenty pairs the sign-flip p is estimated, repeatably and never zero") {
  std::vector<double> all_positive(24, 1.0);
  all_positive.front() = 1.5;
  const SignFlip flip = sign_flip_test(all_positive);
  CHECK_FALSE(flip.exact);
  CHECK(flip.p == Approx(1.0 / 10001));
  CHECK(sign_flip_test(std::vector<double>(20, 1.0)).exact);

  // Against the enumeration of 2^20 for data that are doubled in length by zeros.
  std::vector<double> data = {3, -1, 2, 5, -2, 1, 4, -3, 2, 2};
  const double exact = sign_flip_test(data).p;
  data.resize(24, 0.0);
  const double estimated = sign_flip_test(data).p;
  CHECK(estimated == Approx(exact).margin(.02));
  CHECK(estimated == sign_flip_test(data).p);
}

TEST_CASE("swapping the rows mirrors the interval and keeps the p-values") {
  const PairedTest one = paired_test(a, b), other = paired_test(b, a);
  CHECK(one.p == other.p);
  CHECK(one.sign_flip.p == other.sign_flip.p);
  CHECK(one.difference.interval->low == -other.difference.interval->high);
}

TEST_CASE("a seed without a value drops its pair") {
  std::vector<double> holed = a;
  holed[1] = no_value;
  const PairedTest test = paired_test(holed, b);
  CHECK(test.difference.n == 5);
  CHECK(test.difference.dropped == 1);
  CHECK(test.testable());
  CHECK_FALSE(paired_test({1, no_value}, {no_value, 1}).testable());
  CHECK(std::isnan(paired_test({1.0}, {0.5}).p));
}

TEST_CASE("differences that are all equal are left to sign flips; all zero, p is 1") {
  CHECK(paired_test({1, 2, 3}, {1, 2, 3}).p == 1);
  CHECK_FALSE(paired_test({1, 2, 3}, {1, 2, 3}).no_spread());
  const PairedTest one = paired_test({2, 3, 4}, {1, 2, 3});
  CHECK(std::isnan(t_test_p(one.differences)));
  CHECK(one.p == Approx(.25));  // 2 of the 8 sign vectors
  CHECK(one.no_spread());
  CHECK(one.difference.no_variation());
  CHECK(one.sign_flip.p == one.p);
  CHECK_FALSE(paired_test(a, b).no_spread());
  // Rounding alone: .1 + .2 is not .3 in floating point.
  CHECK(paired_test(std::vector<double>(6, .1 + .2), std::vector<double>(6, .3)).p == 1);
}

TEST_CASE("equal differences have an exact p at any number of pairs") {
  const std::vector<double> one(30, 1.5), zero(30, 0);
  const PairedTest test = paired_test(one, zero);
  CHECK(test.sign_flip.exact);
  CHECK(test.p == std::ldexp(1.0, -29));
  CHECK(paired_test(zero, zero).p == 1);
}

TEST_CASE("rows of different lengths are refused") {
  CHECK_THROWS_WITH(paired_test({1, 2}, {1}),
                    "paired_test needs one value a seed of both: it got 2 and 1");
}

TEST_CASE("sign flips are counted as if every vector were tried") {
  std::mt19937_64 bits(7);
  for (int round = 0; round < 60; ++round) {
    const std::size_t n = 1 + bits() % 11;
    std::vector<double> d;
    // Whole hundredths: ties and sums of zero are frequent, and rounding must not split them.
    for (std::size_t i = 0; i < n; ++i) d.push_back(static_cast<double>(bits() % 9) * .01 - .03);
    double sum = 0;
    for (const double value : d) sum += value;
    std::size_t both = 0, greater = 0;
    for (std::size_t signs = 0; signs < std::size_t{1} << n; ++signs) {
      double flipped = 0;
      for (std::size_t i = 0; i < n; ++i) flipped += (signs >> i & 1) != 0 ? d[i] : -d[i];
      if (std::abs(flipped) >= std::abs(sum) - 1e-9) ++both;
      if (flipped >= sum - 1e-9) ++greater;
    }
    const double all = std::ldexp(1.0, static_cast<int>(n));
    INFO("round " << round);
    CHECK(sign_flip_test(d).p == static_cast<double>(both) / all);
    CHECK(sign_flip_greater(d).p == static_cast<double>(greater) / all);
  }
}
