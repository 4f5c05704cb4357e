// Claims about a sweep: slopes, thresholds and trends, worked by hand.
#include "host/statistics/claims.h"
#include "host/suite/expectation.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

using namespace assay;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// The values of the points of one line, one list of seeds each.
struct Sweep {
  std::vector<double> x;
  std::vector<std::vector<double>> values;             // [point][seed]
  std::vector<std::vector<std::int64_t>> seeds = {};   // of each point; empty: one benchmark
  std::vector<std::vector<double>> denominators = {};  // the metric is then a ratio
};

ClaimResult answer(const std::string& expect, const Sweep& sweep,
                   const std::optional<double>& at = {}, bool is_exact = false) {
  Claim claim;
  claim.says = "s";
  claim.metric = "accuracy";
  claim.expect = expect;
  claim.at = at;
  claim.exact = is_exact;
  claim.lines = {{"m over x", {}}};
  for (std::size_t i = 0; i < sweep.x.size(); ++i) {
    const std::string name = std::to_string(i);
    const bool spread = !sweep.seeds.empty();
    claim.lines[0].points.push_back({spread ? name : "b", spread ? "m" : name, sweep.x[i],
                                     spread ? sweep.seeds[i] : std::vector<std::int64_t>()});
    if (spread || claim.on.empty()) claim.on.push_back(spread ? name : "b");
  }
  ClaimData data;
  data.values = [&](const std::string& benchmark, const std::string& row,
                    const std::string& metric) {
    const std::size_t i = std::stoul(sweep.seeds.empty() ? row : benchmark);
    return metric == "gap" ? sweep.denominators[i] : sweep.values[i];
  };
  data.ratio = [&](const std::string&, const std::string&) {
    return sweep.denominators.empty() ? std::nullopt : std::optional<RatioParts>({"gain", "gap"});
  };
  return evaluate_claims({claim}, data)[0];
}

Verdict verdict(const std::string& expect, const Sweep& sweep,
                const std::optional<double>& at = {}) {
  return answer(expect, sweep, at).verdict;
}

// Seeds (0, 1, 2), (0, 2, 4) and (1, 1, 4) have the slopes 1, 2 and 1.5: mean 1.5, sd .5, and
// t_2 = 4.3027 gives the interval 1.5 +- 1.2421.
const Sweep three = {{0, 1, 2}, {{0, 0, 1}, {1, 2, 1}, {2, 4, 4}}};

Sweep repeated(const std::vector<double>& x, const std::vector<double>& path, std::size_t seeds) {
  Sweep sweep{x, {}};
  for (const double value : path) sweep.values.emplace_back(seeds, value);
  return sweep;
}

}  // namespace

TEST_CASE("a slope is the mean of the seeds' slopes, its error their spread") {
  const ClaimTest test = answer("slope(accuracy, x) in [0.25, 2.75]", three).tests.at(0);
  CHECK(test.test.differences == std::vector<double>{1, 2, 1.5});
  CHECK(test.test.difference.mean == Approx(1.5));
  CHECK(test.test.difference.interval->low == Approx(1.5 - 1.2421).margin(1e-4));
  CHECK(test.procedure == "t over the slopes of the seeds");
  CHECK(test.benchmark == "b");
  CHECK(test.line == "m over x");
  CHECK(test.verdict == Verdict::supported);
  CHECK(test.p < .05);
  CHECK(verdict("slope(accuracy, x) in [0.26, 2.75]", three) == Verdict::inconclusive);
  CHECK(verdict("slope(accuracy, x) in [0.25, 2.74]", three) == Verdict::inconclusive);
  CHECK(verdict("slope(accuracy, x) in [2.75, 9]", three) == Verdict::refuted);
  CHECK(verdict("slope(accuracy, x) in [-inf, 0.25]", three) == Verdict::refuted);
  CHECK(verdict("slope(accuracy, x) in [0.25, inf]", three) == Verdict::supported);
  CHECK(answer("slope(accuracy, x) in [0.26, inf]", three).tests[0].seeds);
}

TEST_CASE("seeds without a value at every point are left out of a slope") {
  Sweep holed = three;
  for (auto& point : holed.values) point.push_back(7);
  holed.values[1][3] = no_value;
  const ClaimTest test = answer("slope(accuracy, x) in [0.25, 2.75]", holed).tests[0];
  CHECK(test.test.difference.n == 3);
  CHECK(test.test.difference.dropped == 1);
  CHECK(test.test.difference.mean == Approx(1.5));
  holed.values[0][0] = holed.values[0][1] = no_value;
  CHECK(answer("slope(accuracy, x) in [0, 1]", holed).tests[0].note ==
        "one seed has all 3 values: nothing can be tested");
}

TEST_CASE("slopes that differ by rounding alone are decided by sign flips") {
  Sweep flat{{1, 2, 4}, {}};
  for (const double x : flat.x)
    flat.values.push_back({.7 + 1e-5 * x, .8 + 1e-5 * x, .9 + 1e-5 * x});
  const ClaimTest test = answer("slope(accuracy, x) in [0, inf]", flat).tests[0];
  CHECK(test.no_spread);
  CHECK(test.verdict == Verdict::inconclusive);
  CHECK(test.sign_flip.p == Approx(.25));
  Sweep apart{{1, 2, 3, 4}, {{.1}, {.2}, {.3}, {.4}}, {{0}, {1}, {2}, {3}}};
  CHECK(answer("slope(accuracy, x) in [0, inf]", apart).tests[0].note ==
        "the means lie on a line exactly: the fit has no error to work with");
  apart.values[2] = {no_value};
  CHECK(answer("slope(accuracy, x) in [0, inf]", apart).tests[0].note ==
        "a point has no value: no line was fitted");
}

TEST_CASE("an exact slope or threshold is decided by its value") {
  // The line through (1, 2), (2, 4), (4, 8) in each of two seeds: slope 2, crossing 6 at 3.
  const Sweep line{{1, 2, 4}, {{2, 2}, {4, 4}, {8, 8}}};
  const auto exact = [&](const std::string& expect, const Sweep& sweep) {
    return answer(expect, sweep, 6, true).tests.at(0);
  };
  const ClaimTest slope = exact("slope(accuracy, x) in [1.9, 2.1]", line);
  CHECK(slope.verdict == Verdict::supported);
  CHECK(slope.by_value);
  CHECK(slope.test.difference.mean == Approx(2));
  CHECK(exact("slope(accuracy, x) in [2.1, inf]", line).verdict == Verdict::refuted);
  CHECK(exact("slope(accuracy, x) in [2, inf]", line).note ==
        "its value lies on the end of the claim's range");
  CHECK(exact("increasing(accuracy, x)", line).verdict == Verdict::supported);
  CHECK(exact("decreasing(accuracy, x)", line).verdict == Verdict::refuted);
  CHECK(exact("monotone(accuracy, x)", line).verdict == Verdict::supported);
  CHECK(exact("threshold(accuracy, x) in [2.9, 3.1]", line).verdict == Verdict::supported);
  CHECK(exact("threshold(accuracy, x) in [3.1, 4]", line).verdict == Verdict::refuted);
  CHECK(exact("threshold(accuracy, x) in [0, 3]", {{1, 2}, {{2, 2}, {4, 4}}}).note ==
        "declared exact, but the metric never crosses the level");
  CHECK(exact("slope(accuracy, x) in [0, 3]", {{1, 2}, {{2, 2}, {4, 5}}}).note ==
        "declared exact, but accuracy of 1 differs between seeds, and a claim on a sample needs a "
        "test: leave 'exact' out");
}

TEST_CASE("logarithms make a power law a line") {
  // y = c x^-2 for three seeds with slopes -2, -2.1, -1.9 in logarithms.
  Sweep law{{1, 10, 100}, {}};
  for (const double x : law.x) {
    law.values.push_back({3 * std::pow(x, -2), 5 * std::pow(x, -2.1), .2 * std::pow(x, -1.9)});
  }
  const ClaimTest test = answer("slope(log accuracy, log x) in [-2.5, -1.5]", law).tests[0];
  CHECK(test.test.differences[0] == Approx(-2));
  CHECK(test.test.differences[1] == Approx(-2.1));
  CHECK(test.test.difference.mean == Approx(-2));
  CHECK(test.verdict == Verdict::supported);
  law.values[1][2] = 0;
  law.values[2][0] = -1;
  const ClaimTest without = answer("slope(log accuracy, log x) in [-2.5, -1.5]", law).tests[0];
  CHECK(without.verdict == Verdict::inconclusive);
  CHECK(std::isnan(without.p));
  CHECK(without.test.difference.n == 1);
  CHECK(without.note ==
        "2 values of accuracy are not above 0, so there is no logarithm to compare");
}

TEST_CASE("D5: without shared seeds the line goes through the means") {
  Sweep d5;
  double m = 200;
  std::int64_t seed = 0;
  for (const double excess : {.180, .084, .043, .017, .010, .005, .002}) {
    d5.x.push_back(m);
    d5.values.push_back({excess});
    d5.seeds.push_back({seed++});
    m *= 2;
  }
  const ClaimTest test = answer("slope(log accuracy, log x) in [-inf, -0.45]", d5).tests.at(0);
  CHECK(test.test.difference.mean == Approx(-1.0615).margin(5e-5));
  CHECK(test.test.difference.interval->low == Approx(-1.127).margin(5e-4));
  CHECK(test.test.difference.interval->high == Approx(-.996).margin(5e-4));
  CHECK(test.verdict == Verdict::supported);
  CHECK(test.procedure == "least squares through the means of 7 points, whose seeds differ");
  CHECK(std::isnan(test.sign_flip.p));
  CHECK(verdict("slope(log accuracy, log x) in [-0.55, -0.45]", d5) == Verdict::refuted);
  CHECK(verdict("slope(log accuracy, log x) in [-1.1, -1]", d5) == Verdict::inconclusive);
  d5.x.resize(2);
  CHECK(answer("slope(accuracy, x) in [0, 1]", d5).tests[0].note ==
        "the two points share no seeds, and a line through two means has no error");
}

TEST_CASE("a slope over benchmarks takes the seeds that all of them have") {
  Sweep partly = three;
  partly.seeds = {{4, 5, 6}, {6, 4, 5}, {5, 6, 4}};
  partly.values = {{0, 0, 1}, {1, 1, 2}, {4, 4, 2}};  // the same seeds in another order
  const ClaimResult result = answer("slope(accuracy, x) in [0.25, 2.75]", partly);
  CHECK(result.tests[0].test.differences == std::vector<double>{1, 2, 1.5});
  CHECK(result.on("0") == Verdict::supported);
  CHECK(result.on("2") == Verdict::supported);
  partly.seeds[1] = {6, 7, 5};
  CHECK(answer("slope(accuracy, x) in [0, 1]", partly).tests[0].test.difference.n == 2);
}

TEST_CASE("a slope of a ratio counts in the ratio's units") {
  // Slopes of the gain .1, .2, .15 with gaps .1, .2, .15: the ratio's slope is 1 on every seed, so
  // less .5 gaps they are .05, .1, .075 and less 2 gaps -.1, -.2, -.15.
  Sweep ratio = three;
  for (auto& point : ratio.values) {
    for (double& value : point) value /= 10;
  }
  ratio.denominators.assign(3, {.1, .2, .15});
  CHECK(verdict("slope(accuracy, x) in [0.5, 2]", ratio) == Verdict::supported);
  CHECK(verdict("slope(accuracy, x) in [2, 3]", ratio) == Verdict::refuted);
  CHECK(answer("slope(log accuracy, x) in [2, 3]", ratio).tests[0].note ==
        "accuracy is a ratio of means: it has no logarithm seed by seed");
  ratio.denominators[1][0] = .11;
  CHECK(answer("slope(accuracy, x) in [2, 3]", ratio).tests[0].note ==
        "the rows differ in gap, so their accuracy cannot be compared seed by seed");
}

TEST_CASE("along a setting each benchmark's ratio of means is linearised over its seeds") {
  // Gains .05 .06 .055 of gaps .15 .14 .16 make r = .165 / .45 = .366667, with residuals gain - r
  // gap of -.005, .008667, -.003667. Gains .1 .12 .11 of gaps .2 .22 .18 make .55.
  Sweep ratio{{1, 3}, {{.05, .06, .055}, {.1, .12, .11}}, {{0, 1, 2}, {0, 1, 2}}};
  ratio.denominators = {{.15, .14, .16}, {.2, .22, .18}};
  const ClaimTest test = answer("slope(accuracy, x) in [0, 1]", ratio).tests.at(0);
  CHECK(test.metric == "accuracy");  // in the ratio's own units
  CHECK(test.test.difference.mean == Approx((.55 - .165 / .45) / 2));
  const double first = .165 / .45 + (.05 - .165 / .45 * .15) / .15;
  const double second = .55 + (.1 - .55 * .2) / .2;
  CHECK(test.test.differences[0] == Approx((second - first) / 2));
  CHECK(answer("increasing(accuracy, x)", ratio).tests[0].test.difference.mean ==
        Approx(.55 - .165 / .45));
  // Without shared seeds the line goes through the ratios of means.
  Sweep apart{{1, 3, 5},
              {ratio.values[0], ratio.values[1], ratio.values[0]},
              {{0, 1, 2}, {3, 4, 5}, {6, 7, 8}},
              {ratio.denominators[0], ratio.denominators[1], ratio.denominators[0]}};
  const ClaimTest means = answer("slope(accuracy, x) in [0, 1]", apart).tests.at(0);
  CHECK(means.procedure == "least squares through the means of 3 points, whose seeds differ");
  CHECK(means.test.difference.mean == Approx(0).margin(1e-12));
  ratio.denominators[1] = {.2, -.22, .18};
  CHECK(answer("slope(accuracy, x) in [0, 1]", ratio).tests[0].note ==
        "gap does not exceed two standard errors at every point, so accuracy is not defined there");
}

TEST_CASE("a threshold is where a seed's metric first crosses the level") {
  // Crossings of .75 at 3, 1.75 and 2.5.
  const Sweep rising{{1, 2, 4}, {{0, 0, 0}, {.5, 1, .7}, {1, 1, .9}}};
  const ClaimTest test = answer("threshold(accuracy, x) in [0, 9]", rising, .75).tests.at(0);
  CHECK(test.test.differences[0] == Approx(3));
  CHECK(test.test.differences[1] == Approx(1.75));
  CHECK(test.test.differences[2] == Approx(2.5));
  CHECK(test.procedure == "t over the thresholds of the seeds");
  CHECK(test.level == .75);
  CHECK(test.verdict == Verdict::supported);
  CHECK(verdict("threshold(accuracy, x) in [0, 2.6]", rising, .75) == Verdict::inconclusive);
  CHECK(verdict("threshold(accuracy, x) in [5, 9]", rising, .75) == Verdict::refuted);
  // On a logarithmic axis the first seed crosses half-way from log 2 to log 4.
  const ClaimTest log = answer("threshold(accuracy, log x) in [0, 9]", rising, .75).tests[0];
  CHECK(std::exp(log.test.differences[0]) == Approx(2 * std::sqrt(2.0)));
  CHECK(std::exp(log.test.differences[1]) == Approx(std::pow(2, .75)));
  CHECK(log.range.high == 9);  // on the axis, as written
  CHECK(log.verdict == Verdict::supported);
}

TEST_CASE("a range that leaves a threshold no end on a logarithmic axis decides nothing") {
  // A run.json may hold what a suite may not.
  const Sweep rising{{1, 2, 4}, {{0, 0, 0}, {.5, 1, .7}, {1, 1, .9}}};
  for (const double level : {.75, 5.}) {  // crossed by all seeds, by none
    const ClaimTest below =
        answer("threshold(accuracy, log x) in [-5, -1]", rising, level).tests.at(0);
    CHECK(below.verdict == Verdict::inconclusive);
    CHECK(std::isnan(below.p));
    CHECK(below.note == "no value of a logarithmic axis lies in the claim's range");
    CHECK(answer("threshold(accuracy, log x) in [-inf, 0]", rising, level).tests[0].note ==
          below.note);
    const ClaimTest all = answer("threshold(accuracy, log x) in [0, inf]", rising, level).tests[0];
    CHECK(all.verdict == Verdict::inconclusive);
    CHECK(all.note == "every value of the axis lies in the claim's range: nothing can be tested");
  }
}

TEST_CASE("seeds that never cross decide by their signs, where their side is known") {
  // The metric rises and never reaches .9: every threshold lies beyond x = 4.
  const auto below = [](std::size_t seeds) { return repeated({1, 2, 4}, {0, .5, .6}, seeds); };
  const ClaimTest six = answer("threshold(accuracy, x) in [1, 3]", below(6), .9).tests.at(0);
  CHECK(six.censored == 6);
  CHECK(six.p == Approx(.03125));
  CHECK(six.verdict == Verdict::refuted);
  CHECK(six.procedure == "sign test, as 6 of 6 seeds never cross the level");
  CHECK(verdict("threshold(accuracy, x) in [4, inf]", below(6), .9) == Verdict::supported);
  CHECK(verdict("threshold(accuracy, x) in [-inf, 1]", below(6), .9) == Verdict::refuted);
  const ClaimTest five = answer("threshold(accuracy, x) in [1, 3]", below(5), .9).tests[0];
  CHECK(five.p == Approx(.0625));
  CHECK(five.verdict == Verdict::inconclusive);
  CHECK(five.seeds == 6u);
  // Above the level all along, a rising metric crossed before the first point.
  CHECK(verdict("threshold(accuracy, x) in [1, 3]", below(6), -.1) == Verdict::refuted);
  CHECK(verdict("threshold(accuracy, x) in [-inf, 1]", below(6), -.1) == Verdict::supported);
  // A falling one that stays below crossed before it too.
  CHECK(verdict("threshold(accuracy, x) in [-inf, 1]", repeated({1, 2, 4}, {.6, .5, 0}, 6), .9) ==
        Verdict::supported);
}

TEST_CASE("seeds that never cross and may lie on either side leave a claim open") {
  Sweep one = repeated({1, 2, 4}, {0, .5, 1}, 6);
  one.values[2][0] = .6;  // beyond 4, perhaps beyond 5
  const ClaimTest test = answer("threshold(accuracy, x) in [1, 5]", one, .9).tests.at(0);
  CHECK(test.verdict == Verdict::inconclusive);
  CHECK(std::isnan(test.p));
  CHECK(test.censored == 1);
  CHECK(test.note ==
        "1 of 6 seeds never crosses the level between the axis's first and last point, and may lie "
        "on either side of the range's end: a wider axis would show");
  CHECK(answer("threshold(accuracy, x) in [1, 3]", repeated({1, 2, 4}, {.5, .5, .5}, 6), .9)
            .tests[0]
            .note.find("6 of 6 seeds never cross the level") == 0);
}

TEST_CASE("a trend needs every step") {
  Sweep sweep{{1, 2, 3}, {{0, .1, .2, .1}, {1, 1.2, 1.1, 1.3}, {2, 2.1, 2.4, 2.2}}};
  const ClaimResult up = answer("increasing(accuracy, x)", sweep);
  REQUIRE(up.tests.size() == 2);
  CHECK(up.tests[0].left == "1");
  CHECK(up.tests[0].right == "0");
  CHECK(up.tests[0].test.difference.mean == Approx(1.05));
  CHECK(up.verdict == Verdict::supported);
  CHECK(verdict("decreasing(accuracy, x)", sweep) == Verdict::refuted);
  CHECK(verdict("monotone(accuracy, x)", sweep) == Verdict::supported);
  CHECK(up.tests[0].adjusted == Approx(2 * std::min(up.tests[0].p, up.tests[1].p)));
  sweep.values[2] = sweep.values[1];  // a plateau is not established as rising
  CHECK(verdict("increasing(accuracy, x)", sweep) == Verdict::inconclusive);
  CHECK(verdict("monotone(accuracy, x)", sweep) == Verdict::inconclusive);
  sweep.values[2] = {-2, -2.1, -2.4, -2.2};
  CHECK(verdict("increasing(accuracy, x)", sweep) == Verdict::refuted);
  const ClaimResult bent = answer("monotone(accuracy, x)", sweep);
  CHECK(bent.verdict == Verdict::refuted);
  CHECK(bent.tests[0].verdict == Verdict::refuted);  // against the fall as a whole
  CHECK(bent.tests[1].verdict == Verdict::supported);
  for (auto& point : sweep.values) {
    for (double& value : point) value = -value;
  }
  CHECK(answer("monotone(accuracy, x)", sweep).verdict == Verdict::refuted);
}

TEST_CASE("a step between benchmarks pairs the seeds that both have") {
  Sweep sweep{{1, 2}, {{0, .1, .2}, {1.1, 1.3, 9}}, {{1, 2, 3}, {2, 3, 4}}};
  const ClaimTest step = answer("increasing(accuracy, x)", sweep).tests.at(0);
  CHECK(step.benchmark == "1");
  CHECK(step.right_benchmark == "0");
  CHECK(step.test.difference.n == 2);
  CHECK(step.test.difference.mean == Approx(1.05));
  sweep.seeds[1] = {3, 4, 5};
  CHECK(answer("increasing(accuracy, x)", sweep).tests[0].note ==
        "the benchmarks share one seed: give them the same seeds");
  sweep.seeds[1] = {4, 5, 6};
  CHECK(answer("threshold(accuracy, x) in [0, 1]", sweep, .5).tests[0].note ==
        "the benchmarks share no seed: give them the same seeds");
}

TEST_CASE("turning a metric upside down mirrors claims about its sweep") {
  std::mt19937 random(20261125);
  std::normal_distribution<double> normal(0, 1);
  for (int i = 0; i < 30; ++i) {
    Sweep sweep{{1, 2, 4, 8}, {}}, mirrored = sweep;
    for (const double x : sweep.x) {
      sweep.values.push_back({x + normal(random), x + normal(random), x + normal(random)});
      mirrored.values.push_back(sweep.values.back());
      for (double& value : mirrored.values.back()) value = -value;
    }
    const ClaimTest one = answer("slope(accuracy, x) in [0.5, 1.5]", sweep).tests[0];
    const ClaimTest other = answer("slope(accuracy, x) in [-1.5, -0.5]", mirrored).tests[0];
    CHECK(one.verdict == other.verdict);
    CHECK(one.p == Approx(other.p));
    CHECK(one.test.difference.interval->low == Approx(-other.test.difference.interval->high));
    CHECK(verdict("increasing(accuracy, x)", sweep) ==
          verdict("decreasing(accuracy, x)", mirrored));
    CHECK(verdict("monotone(accuracy, x)", sweep) == verdict("monotone(accuracy, x)", mirrored));
    CHECK(verdict("threshold(accuracy, x) in [2, 6]", sweep, 4.) ==
          verdict("threshold(accuracy, x) in [2, 6]", mirrored, -4.));
  }
}

TEST_CASE("slopes that are none are decided at the level, although points of a seed go together") {
  // Each seed has an offset and a slope of its own, which a fit to all points would take for many
  // independent values. The true slope is zero: whatever is decided is an error.
  std::mt19937 random(14);
  std::normal_distribution<double> normal(0, 1);
  const int repetitions = 2000;
  int decided = 0;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    Sweep sweep{{1, 2, 3, 4, 5, 6}, std::vector<std::vector<double>>(6)};
    for (int seed = 0; seed < 5; ++seed) {
      const double offset = normal(random), slope = normal(random);
      for (std::size_t i = 0; i < sweep.x.size(); ++i) {
        sweep.values[i].push_back(offset + slope * sweep.x[i] + 0.5 * normal(random));
      }
    }
    decided += verdict("slope(accuracy, x) in [0, inf]", sweep) != Verdict::inconclusive;
  }
  // .05 with a standard error of .0049.
  const double rate = decided / static_cast<double>(repetitions);
  CHECK(rate > .03);
  CHECK(rate < .07);
}
