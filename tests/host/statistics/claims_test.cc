// Verdicts worked by hand from D1 and D2 of docs/statistics.md.
#include "host/statistics/claims.h"
#include "host/statistics/many.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>

using namespace assay;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// Rows of one benchmark "b": metric -> row -> values.
using Table = std::map<std::string, std::map<std::string, std::vector<double>>>;

ClaimData data_of(const Table& table) {
  ClaimData data;
  data.values = [table](const std::string&, const std::string& row, const std::string& metric) {
    return table.at(metric).at(row);
  };
  data.ratio = [](const std::string&, const std::string& metric) -> std::optional<RatioParts> {
    if (metric != "pgr") return std::nullopt;
    return RatioParts{"gain", "gap"};
  };
  return data;
}

Claim claim(const std::string& expect, const std::string& metric = "accuracy") {
  return {.says = "s", .paper = "", .on = {"b"}, .metric = metric, .expect = expect};
}

const std::vector<double> a = {.812, .825, .801, .833, .819, .828};  // D1: a - b has p .0405
const std::vector<double> b = {.804, .809, .803, .815, .816, .820};
const std::vector<double> far = {.913, .924, .903, .932, .920, .927};  // a + .1, nearly

Table accuracy() {
  return {{"accuracy", {{"a", a}, {"b", b}, {"far", far}}}};
}

}  // namespace

TEST_CASE("one claim alone is decided by its paired t test") {
  const ClaimData data = data_of(accuracy());
  const ClaimResult up = evaluate_claims({claim("a > b")}, data)[0];
  CHECK(up.verdict == Verdict::supported);
  CHECK(up.tests[0].adjusted == Approx(.04051).margin(1e-5));
  CHECK(up.tests[0].test.sign_flip.p == Approx(.0625));
  CHECK(evaluate_claims({claim("a < b")}, data)[0].verdict == Verdict::refuted);
  CHECK(evaluate_claims({claim("b < a")}, data)[0].verdict == Verdict::supported);
  CHECK(std::string(verdict_word(up.verdict)) == "supported");
}

TEST_CASE("rows of named benchmarks are compared on the seeds that both have") {
  // Seed 4 is of the first alone, seed 9 of the second: four pairs with the differences .01 .02 .03
  // .02, so the mean is .02, the deviation .0081650 and t = .02 / (.0081650 / 2) = 4.899 on 3
  // degrees of freedom: p = .01628.
  ClaimData data = data_of({});
  data.values = [](const std::string& benchmark, const std::string& row, const std::string&) {
    if (row == "same") return std::vector<double>{.6, .6, .6, .6, .6};
    return benchmark == "one" ? std::vector<double>{.71, .72, .73, .9, .72}
                              : std::vector<double>{.2, .7, .7, .7, .7};
  };
  Claim across = claim("row@one > row@other > same@other");
  across.on = {"one", "other"};
  across.lines = {{"",
                   {{"one", "row", 0, {1, 2, 3, 4, 5}},
                    {"other", "row", 1, {9, 1, 2, 3, 5}},
                    {"other", "same", 2, {9, 1, 2, 3, 5}}}}};
  const ClaimResult result = evaluate_claims({across}, data)[0];
  REQUIRE(result.tests.size() == 2);
  CHECK(result.tests[0].benchmark == "one");
  CHECK(result.tests[0].right_benchmark == "other");
  CHECK(result.tests[0].test.difference.n == 4);
  CHECK(result.tests[0].test.difference.mean == Approx(.02));
  CHECK(result.tests[0].p == Approx(.01628).margin(1e-5));
  CHECK(result.tests[0].adjusted == Approx(2 * .01628).margin(2e-5));  // two tests in all
  CHECK(result.tests[0].verdict == Verdict::supported);
  // Both rows of the second link stand on one benchmark, whose seeds are its own: all five.
  CHECK(result.tests[1].right_benchmark.empty());
  CHECK(result.tests[1].test.difference.n == 5);
  CHECK(result.tests[1].verdict == Verdict::inconclusive);  // .2 - .6 on one seed
  CHECK(result.on("one") == Verdict::supported);
  CHECK(result.on("other") == Verdict::inconclusive);
}

TEST_CASE("ratios of named benchmarks have denominators of their own") {
  // Ratios of means: .1 / .2 = .5 and .1 / .4 = .25. Linearised (Cochran), seed by seed,
  // r + (gain - r gap) / mean gap: the first (.4, .6, .5), the second .25 throughout.
  ClaimData data = data_of({});
  data.values = [](const std::string& benchmark, const std::string&, const std::string& metric) {
    if (benchmark == "one") {
      return metric == "gain" ? std::vector<double>{.08, .12, .1} : std::vector<double>{.2, .2, .2};
    }
    return metric == "gain" ? std::vector<double>{.1, .11, .09} : std::vector<double>{.4, .44, .36};
  };
  Claim across = claim("row@one > row@other", "pgr");
  across.on = {"one", "other"};
  across.lines = {{"", {{"one", "row", 0, {1, 2, 3}}, {"other", "row", 1, {1, 2, 3}}}}};
  const ClaimTest test = evaluate_claims({across}, data)[0].tests.at(0);
  CHECK(test.test.difference.mean == Approx(.25));
  CHECK(test.test.difference.sd == Approx(.1));
  // Compared by gains alone the two would be equal.
  CHECK(test.note.empty());
}

TEST_CASE("two claims share the level: the same p no longer decides") {
  // Holm doubles the first of two equal p-values, and the second is not let below it.
  const auto results = evaluate_claims({claim("a > b"), claim("b < a")}, data_of(accuracy()));
  CHECK(results[0].verdict == Verdict::inconclusive);
  CHECK(results[0].tests[0].adjusted == Approx(2 * .04051).margin(1e-5));
  // effect .0085/.0075829 = 1.121 at level .025: 10 pairs
  REQUIRE(results[0].tests[0].seeds);
  CHECK(*results[0].tests[0].seeds >= 9);
  CHECK(*results[0].tests[0].seeds <= 11);
}

TEST_CASE("a chain needs every link") {
  const ClaimData data = data_of(accuracy());
  const ClaimResult up = evaluate_claims({claim("b < a < far")}, data)[0];
  REQUIRE(up.tests.size() == 2);
  CHECK(up.tests[1].p < 1e-6);
  CHECK(up.tests[0].adjusted == Approx(.04051).margin(1e-5));
  CHECK(up.verdict == Verdict::supported);
  CHECK(evaluate_claims({claim("b < far < a")}, data)[0].verdict == Verdict::refuted);
}

TEST_CASE("near is supported inside its range, refuted outside, else inconclusive") {
  const ClaimData data = data_of(accuracy());
  // a - b: mean .0085, 95 % interval [.000542, .016458]
  CHECK(evaluate_claims({claim("a near b within 0.0165")}, data)[0].verdict == Verdict::supported);
  const ClaimResult close = evaluate_claims({claim("a near b within 0.0164")}, data)[0];
  CHECK(close.verdict == Verdict::inconclusive);
  CHECK(close.tests[0].seeds);
  CHECK(evaluate_claims({claim("a near b within 0.0006")}, data)[0].verdict ==
        Verdict::inconclusive);
  CHECK(evaluate_claims({claim("a near b within 0.0005")}, data)[0].verdict == Verdict::refuted);
}

TEST_CASE("a row's own value lies in a range: its t tests against the ends") {
  // .1, .2, .3: mean .2, standard error .1 / sqrt 3. Of t on 2 degrees of freedom the two-sided p
  // is 1 - sqrt(t^2 / (2 + t^2)): for .5 t^2 = 27, for .4 12.
  const ClaimData data = data_of({{"accuracy", {{"x", {.1, .2, .3}}}}});
  const auto answer = [&](const std::string& range) {
    return evaluate_claims({claim("x in " + range)}, data)[0].tests.at(0);
  };
  const ClaimTest below = answer("[-inf, 0.5]");
  CHECK(below.verdict == Verdict::supported);
  CHECK(below.p == Approx(1 - std::sqrt(27. / 29)));
  CHECK(below.test.difference.mean == Approx(.2));
  CHECK(below.procedure == "t");
  CHECK(below.right.empty());
  CHECK(answer("[-inf, 0.4]").verdict == Verdict::inconclusive);
  CHECK(answer("[-inf, 0.4]").p == Approx(1 - std::sqrt(12. / 14)));
  CHECK(answer("[0.5, inf]").verdict == Verdict::refuted);
  CHECK(answer("[0, 0.5]").verdict == Verdict::inconclusive);  // t^2 = 12 to the low end
  const ClaimData none = data_of({{"accuracy", {{"x", {no_value, no_value}}}}});
  CHECK(evaluate_claims({claim("x in [0, 1]")}, none)[0].tests[0].note == "no seed has a value");
}

TEST_CASE("a claim on a ratio compares its numerators") {
  Table table;
  table["gain"] = {{"x", {.05, .06, .055}}, {"y", {.01, .02, .016}}};
  table["gap"] = {{"x", {.15, .14, .16}}, {"y", {.15, .14, .16}}};
  const ClaimResult result = evaluate_claims({claim("x > y", "pgr")}, data_of(table))[0];
  CHECK(result.tests[0].metric == "gain");
  CHECK(result.tests[0].test.difference.mean == Approx(.119 / 3));
  CHECK(result.verdict == Verdict::supported);
  // In units of the ratio: differences .04, .04, .039 of gaps .15, .14, .16 are about .27.
  CHECK(evaluate_claims({claim("x near y within 0.4", "pgr")}, data_of(table))[0].verdict ==
        Verdict::supported);
  CHECK(evaluate_claims({claim("x near y within 0.1", "pgr")}, data_of(table))[0].verdict ==
        Verdict::refuted);
}

TEST_CASE("a ratio whose denominator is not resolved decides nothing") {
  Table table;
  table["gain"] = {{"x", {.05, .06, .055}}, {"y", {.01, .02, .016}}};
  table["gap"] = {{"x", {.15, -.14, .01}}, {"y", {.15, -.14, .01}}};
  const ClaimResult result = evaluate_claims({claim("x > y", "pgr")}, data_of(table))[0];
  CHECK(result.verdict == Verdict::inconclusive);
  CHECK(result.tests[0].note == "gap does not exceed two standard errors, so pgr is not defined");
}

TEST_CASE("a ratio's denominator is judged on the pairs used") {
  // Over all four seeds the gap is noise; the last has no pair.
  Table table;
  table["gain"] = {{"x", {.05, .06, .055, no_value}}, {"y", {.01, .02, .016, .02}}};
  table["gap"] = {{"x", {.15, .14, .16, -9}}, {"y", {.15, .14, .16, -9}}};
  CHECK(evaluate_claims({claim("x > y", "pgr")}, data_of(table))[0].verdict == Verdict::supported);
}

TEST_CASE("rows with different denominators are not compared by their ratios") {
  Table table;
  table["gain"] = {{"x", {.05, .06, .055}}, {"y", {.01, .02, .016}}};
  table["gap"] = {{"x", {.15, .14, .16}}, {"y", {.15, .14, .161}}};
  table["pgr"] = {{"x", {.33, .43, .34}}, {"y", {.07, .14, .1}}};
  const ClaimResult result = evaluate_claims({claim("x > y", "pgr")}, data_of(table))[0];
  CHECK(result.verdict == Verdict::inconclusive);
  CHECK(result.tests[0].metric == "gain");
  CHECK(result.tests[0].note ==
        "the rows differ in gap, so their pgr cannot be compared seed by seed");
}

TEST_CASE("too few seeds decide nothing and say so") {
  const Table one = {{"accuracy", {{"a", {.9, no_value}}, {"b", {.1, .1}}}}};
  const ClaimResult result = evaluate_claims({claim("a > b")}, data_of(one))[0];
  CHECK(result.verdict == Verdict::inconclusive);
  CHECK(result.tests[0].note == "one seed has both values: nothing can be tested");
  CHECK_FALSE(result.tests[0].seeds);
  const Table none = {{"accuracy", {{"a", {no_value, no_value}}, {"b", {.1, .1}}}}};
  CHECK(evaluate_claims({claim("a > b")}, data_of(none))[0].tests[0].note ==
        "no seed has both values");
}

TEST_CASE("a test that could not run counts among the tests planned") {
  Table table = accuracy();
  table["accuracy"]["gone"] = std::vector<double>(6, no_value);
  const auto results = evaluate_claims({claim("a > b"), claim("gone > b")}, data_of(table));
  CHECK(results[0].tests[0].adjusted == Approx(2 * .04051).margin(1e-5));
  CHECK(results[0].verdict == Verdict::inconclusive);
}

TEST_CASE("differences that are all equal are decided by sign flips") {
  const std::vector<double> one = {.5, .6, .7, .8, .9}, other = {.25, .35, .45, .55, .65};
  const ClaimData data = data_of({{"accuracy", {{"one", one}, {"other", other}}}});
  for (const char* expect :
       {"one > other", "one < other", "one near other within 0.5", "one near other within 0.1"}) {
    INFO(expect);
    const ClaimResult result = evaluate_claims({claim(expect)}, data)[0];
    CHECK(result.verdict == Verdict::inconclusive);
    CHECK(result.tests[0].no_spread);
    CHECK(result.tests[0].p == Approx(.0625));
    CHECK(result.tests[0].sign_flip.p == Approx(.0625));
    CHECK(result.tests[0].seeds == 6);
    CHECK(result.tests[0].note.empty());
  }
}

TEST_CASE("six equal differences decide what five leave open") {
  const std::vector<double> one = {.5, .6, .7, .8, .9, 1}, other = {.25, .35, .45, .55, .65, .75};
  const ClaimData data = data_of({{"accuracy", {{"one", one}, {"other", other}}}});
  const auto verdict = [&](const char* expect) {
    const ClaimResult result = evaluate_claims({claim(expect)}, data)[0];
    CHECK(result.tests[0].p == Approx(.03125));
    return result.verdict;
  };
  CHECK(verdict("one > other") == Verdict::supported);
  CHECK(verdict("one < other") == Verdict::refuted);
  CHECK(verdict("one near other within 0.5") == Verdict::supported);
  CHECK(verdict("one near other within 0.1") == Verdict::refuted);
  // Two such claims: Holm asks for .025, which takes seven.
  const auto both = evaluate_claims({claim("one > other"), claim("other < one")}, data);
  CHECK(both[0].verdict == Verdict::inconclusive);
  CHECK(both[0].tests[0].seeds == 7);
}

TEST_CASE("differences of the size of rounding are none, whatever their signs") {
  // .3 against .1 + .2 is off by 5.6e-17 in every seed, and so is .35 - .1 from a margin of .25.
  const std::vector<double> sum(6, .1 + .2), three(6, .3), high(6, .35), low(6, .1);
  const ClaimData data =
      data_of({{"accuracy", {{"sum", sum}, {"three", three}, {"high", high}, {"low", low}}}});
  for (const char* expect : {"sum > three", "sum < three", "high > low + 0.25", "high < low + 0.25",
                             "high near low within 0.25"}) {
    INFO(expect);
    const ClaimTest test = evaluate_claims({claim(expect)}, data)[0].tests[0];
    CHECK(test.p == 1);
    CHECK(test.verdict == Verdict::inconclusive);
    CHECK_FALSE(test.no_spread);
  }
  // 1e-5 beside .7 is a difference, and equal in every seed although its last digits are not.
  const std::vector<double> plain = {.7, .71, .72, .73, .74, .75};
  std::vector<double> above;
  for (const double value : plain) above.push_back(value + 1e-5);
  const ClaimTest small =
      evaluate_claims({claim("above > plain")},
                      data_of({{"accuracy", {{"above", above}, {"plain", plain}}}}))[0]
          .tests[0];
  CHECK(small.no_spread);
  CHECK(small.p == Approx(.03125));
}

TEST_CASE("what is the same in every seed and declared exact is decided by its value") {
  // NPO's table: .918 after ten steps, the same in each of three seeds.
  const ClaimData data = data_of(
      {{"accuracy", {{"npo", {.918, .918, .918}}, {"start", {0, 0, 0}}, {"a", a}, {"b", b}}},
       {"gain", {{"npo", {.2, .2}}, {"start", {.1, .1}}}},
       {"gap", {{"npo", {.4, .4}}, {"start", {.4, .4}}}}});
  const auto answer = [&](const std::string& expect, const std::string& metric = "accuracy") {
    Claim exact = claim(expect, metric);
    exact.exact = true;
    return evaluate_claims({exact}, data)[0].tests[0];
  };
  CHECK(answer("npo > start + 0.9175").verdict == Verdict::supported);
  CHECK(answer("npo > start + 0.9185").verdict == Verdict::refuted);
  CHECK(answer("npo < start + 0.9185").verdict == Verdict::supported);
  CHECK(answer("npo < start").verdict == Verdict::refuted);
  CHECK(answer("npo near start within 0.919").verdict == Verdict::supported);
  CHECK(answer("npo near start within 0.917").verdict == Verdict::refuted);
  // A difference of .1 in units of a gap of .4.
  CHECK(answer("npo > start + 0.24", "pgr").verdict == Verdict::supported);
  CHECK(answer("npo > start + 0.26", "pgr").verdict == Verdict::refuted);
  const ClaimTest one = answer("npo > start");
  CHECK(one.by_value);
  CHECK(one.procedure == "value");
  CHECK(std::isnan(one.p));
  CHECK(std::isnan(one.adjusted));
  CHECK(std::isnan(one.sign_flip.p));
  CHECK_FALSE(one.seeds);
  CHECK_FALSE(one.test.difference.interval);
  const ClaimTest end = answer("npo > start + 0.918");
  CHECK(end.verdict == Verdict::inconclusive);
  CHECK(end.note == "its value lies on the end of the claim's range");
  const ClaimTest sample = answer("a > b");
  CHECK(sample.verdict == Verdict::inconclusive);
  CHECK(sample.note ==
        "declared exact, but accuracy of a differs between seeds, and a claim on a sample needs a "
        "test: leave 'exact' out");
}

TEST_CASE("an exact claim is no member of the family that is corrected") {
  Table table = accuracy();
  table["accuracy"]["one"] = table["accuracy"]["one again"] = std::vector<double>(6, 1.0);
  table["accuracy"]["zero"] = std::vector<double>(6, 0.0);
  Claim exact = claim("one > zero");
  exact.exact = true;
  const auto results = evaluate_claims({exact, claim("a > b"), exact}, data_of(table));
  CHECK(results[0].verdict == Verdict::supported);
  CHECK(results[1].tests[0].adjusted == Approx(.04051).margin(1e-5));
  CHECK(results[1].verdict == Verdict::supported);
  CHECK(results[2].verdict == Verdict::supported);
}

TEST_CASE("a comparison of logarithms is one of geometric means") {
  // Ratios 10, 100 and 1000: mean logarithm ln 100 = 4.60517, sd ln 10, t = 2 sqrt(3) on 2 degrees
  // of freedom. Of the differences themselves the last is all, and t about 1.
  const ClaimData data = data_of(
      {{"accuracy", {{"up", {10, 1e22, 1e43}}, {"down", {1, 1e20, 1e40}}, {"none", {1, 0, 1}}}}});
  Claim log = claim("up > down");
  log.log = true;
  const ClaimTest test = evaluate_claims({log}, data)[0].tests[0];
  CHECK(test.log_metric);
  CHECK(test.test.difference.mean == Approx(4.60517));
  CHECK(test.test.difference.sd == Approx(2.302585));
  // P(|T| >= t) on 2 degrees of freedom is 1 - t / sqrt(2 + t^2).
  CHECK(test.p == Approx(1 - std::sqrt(12.0 / 14)));
  log.expect = "up > down + 4.7";
  CHECK(evaluate_claims({log}, data)[0].tests[0].p == Approx(.94962).margin(1e-5));
  log.expect = "up > none";
  CHECK(evaluate_claims({log}, data)[0].tests[0].note ==
        "1 value of accuracy is not above 0, so there is no logarithm to compare");
}

TEST_CASE("the sign-flip p beside a near is that of the end that decides") {
  // a - b has both signs (p .0625); shifted by .02 all six differences have one: 2 / 64.
  const auto test =
      evaluate_claims({claim("a near b within 0.02")}, data_of(accuracy()))[0].tests[0];
  CHECK(test.test.sign_flip.p == Approx(.0625));
  CHECK(test.sign_flip.p == Approx(.03125));
}

TEST_CASE("a ratio's seeds that would decide a near are asked of the differences to its end") {
  // Differences .10, .12, .08 less .5 of gaps .19, .25, .15: .005, -.005, .005; mean .00167 and sd
  // .005774, effect .2887: 97 pairs. The differences alone have sd .02.
  Table table;
  table["gain"] = {{"x", {.10, .12, .08}}, {"y", {0, 0, 0}}};
  table["gap"] = {{"x", {.19, .25, .15}}, {"y", {.19, .25, .15}}};
  const auto test =
      evaluate_claims({claim("x near y within 0.5", "pgr")}, data_of(table))[0].tests[0];
  REQUIRE(test.seeds);
  CHECK(test.seeds == seeds_needed(.0016667 / .0057735));
}

TEST_CASE("rows that are alike everywhere are inconclusive without a number of seeds") {
  const ClaimResult result =
      evaluate_claims({claim("a > c")}, data_of({{"accuracy", {{"a", a}, {"c", a}}}}))[0];
  CHECK(result.verdict == Verdict::inconclusive);
  CHECK(result.tests[0].p == 1);
  CHECK_FALSE(result.tests[0].seeds);
}

TEST_CASE("several benchmarks: supported on all, refuted on one") {
  ClaimData data = data_of(accuracy());
  data.values = [](const std::string& benchmark, const std::string& row, const std::string&) {
    const bool flipped = benchmark == "c";
    return (row == "a") != flipped ? far : b;
  };
  Claim both = claim("a > b");
  both.on = {"b", "c"};
  const ClaimResult result = evaluate_claims({both}, data)[0];
  CHECK(result.on("b") == Verdict::supported);
  CHECK(result.on("c") == Verdict::refuted);
  CHECK(result.verdict == Verdict::refuted);
}

TEST_CASE("an expectation that is not understood names the claim") {
  CHECK_THROWS_WITH(evaluate_claims({claim("a >")}, data_of(accuracy())),
                    Catch::Contains("the claim \"s\" expects \"a >\", which is not understood"));
}
