// D4: docs/statistics.md.
#include "host/statistics/gate.h"

#include "random_data.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("D4 the gate passes, fails and abstains", "[example]") {
  const GateTest same = non_inferiority({.001, -.002, .003, .000, -.001, .002}, .01);
  CHECK(same.difference.mean == Approx(.0005));
  CHECK(same.interval.low == Approx(-.001039).margin(5e-7));
  CHECK(same.interval.high == Approx(.002039).margin(5e-7));
  CHECK(same.verdict == GateVerdict::passed);
  const GateTest worse = non_inferiority({-.031, -.028, -.035, -.026, -.030, -.029}, .01);
  CHECK(worse.difference.mean == Approx(-.029833).margin(5e-7));
  CHECK(worse.interval.low == Approx(-.032351).margin(5e-7));
  CHECK(worse.interval.high == Approx(-.027316).margin(5e-7));
  CHECK(worse.verdict == GateVerdict::regressed);
  const GateTest noise = non_inferiority({-.02, .01, -.015, .02, -.01, .005}, .01);
  CHECK(noise.difference.mean == Approx(-.001667).margin(5e-7));
  CHECK(noise.interval.low == Approx(-.014587).margin(5e-7));
  CHECK(noise.interval.high == Approx(.011253).margin(5e-7));
  CHECK(noise.verdict == GateVerdict::inconclusive);
}

TEST_CASE("the gate's p-values say what its interval says") {
  NormalStream numbers(41);
  int verdicts[4] = {};
  for (int repetition = 0; repetition < 200; ++repetition) {
    const std::vector<double> d = numbers.sample(6, .8 * numbers.next());
    const double margin = .5, alpha = .1;
    const GateTest gate = non_inferiority(d, margin, alpha);
    CHECK((gate.p_passed < alpha) == (gate.interval.low > -margin));
    CHECK((gate.p_regressed < alpha) == (gate.interval.high < -margin));
    CHECK(gate.p_passed + gate.p_regressed == Approx(1));
    CHECK((gate.verdict == GateVerdict::passed) == (gate.interval.low > -margin));
    ++verdicts[static_cast<int>(gate.verdict)];
  }
  CHECK(verdicts[0] > 0);
  CHECK(verdicts[1] > 0);
  CHECK(verdicts[2] > 0);
}

TEST_CASE("without a margin only an improvement passes") {
  CHECK(non_inferiority({.01, .02, .03, .02}, 0).verdict == GateVerdict::passed);
  CHECK(non_inferiority({.01, -.02, .03, -.02}, 0).verdict == GateVerdict::inconclusive);
}

TEST_CASE("one pair decides nothing, and none is missing") {
  const GateTest one = non_inferiority({-.5, no_value}, .01);
  CHECK(one.verdict == GateVerdict::inconclusive);
  CHECK(one.difference.dropped == 1);
  CHECK(std::isnan(one.interval.low));
  CHECK(one.p_regressed == 1);
  CHECK(non_inferiority({no_value, no_value}, .01).verdict == GateVerdict::missing);
  CHECK(non_inferiority({}, .01).verdict == GateVerdict::missing);
  CHECK(std::isnan(non_inferiority({}, .01).difference.mean));
}

TEST_CASE("identical results pass, with any margin and two seeds") {
  CHECK(non_inferiority({0, 0}, 0).verdict == GateVerdict::passed);
  CHECK(non_inferiority({0, 0, 0}, .01).verdict == GateVerdict::passed);
  CHECK(non_inferiority({0, 0, 0}, 0).interval.half_width() == 0);
  CHECK(non_inferiority({0, 0, 0}, 0).p_regressed == 1);
}

TEST_CASE("equal differences that are not zero need as many seeds as sign flips do") {
  const std::vector<double> four(4, -.03), five(5, -.03);
  CHECK(non_inferiority(four, .01).verdict == GateVerdict::inconclusive);
  CHECK(non_inferiority(four, .01).p_regressed == Approx(.0625));
  CHECK(non_inferiority(five, .01).verdict == GateVerdict::regressed);
  CHECK(non_inferiority(five, .01).p_regressed == Approx(.03125));
  CHECK(non_inferiority(five, .05).verdict == GateVerdict::passed);
  CHECK(non_inferiority(five, .05).p_passed == Approx(.03125));
  CHECK(non_inferiority(five, .03).verdict == GateVerdict::inconclusive);
  CHECK(non_inferiority(five, .03).p_passed == 1);
  CHECK(non_inferiority(five, .03).p_regressed == 1);
}

TEST_CASE("margins and levels that make no sense are refused") {
  CHECK_THROWS_WITH(non_inferiority({1, 2}, -.1),
                    "non_inferiority needs a margin of 0 or more: it got -0.1");
  CHECK_THROWS_WITH(non_inferiority({1, 2}, no_value),
                    "non_inferiority needs a margin of 0 or more: it got nan");
  CHECK_THROWS_WITH(non_inferiority({1, 2}, .1, .5),
                    "non_inferiority needs an alpha between 0 and .5: it got 0.5");
}
