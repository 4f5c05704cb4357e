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
