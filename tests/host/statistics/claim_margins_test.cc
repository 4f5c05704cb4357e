// Margins, and a suite's level and correction, worked by hand from D1 of docs/statistics.md.
#include "host/statistics/claims.h"
#include "host/statistics/many.h"

#include <catch2/catch.hpp>
#include <random>

using namespace assay;

namespace {

using Rows = std::map<std::string, std::vector<double>>;

ClaimData data_of(const Rows& rows) {
  ClaimData data;
  data.values = [rows](const std::string&, const std::string& row, const std::string&) {
    return rows.at(row);
  };
  data.ratio = [](const std::string&, const std::string&) { return std::optional<RatioParts>(); };
  return data;
}

Claim claim(const std::string& expect, const ClaimRules& rules = {}) {
  Claim made;
  made.says = "s";
  made.on = {"b"};
  made.metric = "accuracy";
  made.expect = expect;
  made.rules = rules;
  return made;
}

ClaimResult answer(const std::string& expect, const Rows& rows) {
  return evaluate_claims({claim(expect)}, data_of(rows))[0];
}

// D1: the mean of a - b is .0085, its 95 % interval [.000542, .016458], p .04051.
const Rows d1 = {{"a", {.812, .825, .801, .833, .819, .828}},
                 {"b", {.804, .809, .803, .815, .816, .820}}};

}  // namespace

TEST_CASE("a margin is passed when the interval lies beyond it") {
  CHECK(answer("a > b + 0.0005", d1).verdict == Verdict::supported);
  CHECK(answer("a > b + 0.0006", d1).verdict == Verdict::inconclusive);
  CHECK(answer("a > b + 0.0164", d1).verdict == Verdict::inconclusive);
  CHECK(answer("a > b + 0.0165", d1).verdict == Verdict::refuted);
  CHECK(answer("a > b - 0.01", d1).verdict == Verdict::supported);  // not worse by more than .01
  CHECK(answer("a < b + 0.0165", d1).verdict == Verdict::supported);
  CHECK(answer("a < b - 0.0005", d1).verdict == Verdict::refuted);
  CHECK(answer("b < a - 0.0005", d1).verdict == Verdict::supported);
  const ClaimTest test = answer("a > b + 0.0006", d1).tests[0];
  CHECK(test.margin == .0006);
  CHECK(test.range.low == .0006);
  CHECK(test.test.difference.mean == Approx(.0085));  // of a - b: the margin is not taken off
  CHECK(test.test.sign_flip.p == Approx(.0625));
  // Effect (.0085 - .0006) / .0075829 = 1.0418.
  REQUIRE(test.seeds);
  CHECK(*test.seeds == seeds_needed(.0079 / .0075829));
}

TEST_CASE("the second spelling of near says the same") {
  const ClaimTest near = answer("a near b within 0.02", d1).tests[0];
  const ClaimTest within = answer("a within 0.02 of b", d1).tests[0];
  CHECK(within.verdict == Verdict::supported);
  CHECK(within.p == near.p);
  CHECK(within.left == near.left);
  CHECK(within.range.high == .02);
}

TEST_CASE("a margin on a ratio counts in the ratio's units") {
  // Gains differ by .04, .04, .039 of gaps .15, .14, .16. Less .2 gaps: .01, .012, .007 (t 6.65,
  // p .022); less .3: mean -.0053, t -2.6; less .4: mean -.0203, t -7.8, p .016.
  const std::map<std::string, Rows> table = {
      {"gain", {{"x", {.05, .06, .055}}, {"y", {.01, .02, .016}}}},
      {"gap", {{"x", {.15, .14, .16}}, {"y", {.15, .14, .16}}}}};
  ClaimData data;
  data.values = [&](const std::string&, const std::string& row, const std::string& metric) {
    return table.at(metric).at(row);
  };
  data.ratio = [](const std::string&, const std::string&) {
    return std::optional<RatioParts>({"gain", "gap"});
  };
  const auto verdict = [&](const char* expect) {
    return evaluate_claims({claim(expect)}, data)[0].verdict;
  };
  CHECK(verdict("x > y + 0.2") == Verdict::supported);
  CHECK(verdict("x > y + 0.3") == Verdict::inconclusive);
  CHECK(verdict("x > y + 0.4") == Verdict::refuted);
}

TEST_CASE("swapping the sides mirrors a claim") {
  std::mt19937 random(20261125);
  std::normal_distribution<double> normal(0, 1);
  for (int i = 0; i < 50; ++i) {
    Rows rows;
    const double shift = normal(random);
    for (int seed = 0; seed < 5; ++seed) {
      rows["a"].push_back(normal(random) + shift);
      rows["b"].push_back(normal(random));
    }
    const ClaimTest one = answer("a > b + 0.5", rows).tests[0];
    const ClaimTest other = answer("b < a - 0.5", rows).tests[0];
    CHECK(one.verdict == other.verdict);
    CHECK(one.p == Approx(other.p));
    CHECK(one.test.difference.interval->low == Approx(-other.test.difference.interval->high));
    // What supports the one refutes its opposite, at the same p.
    const ClaimTest opposite = answer("a < b + 0.5", rows).tests[0];
    CHECK(opposite.p == Approx(one.p));
    CHECK((one.verdict == Verdict::supported) == (opposite.verdict == Verdict::refuted));
  }
}

TEST_CASE("the suite's level and correction decide") {
  const auto pair = [](const ClaimRules& rules) {
    return evaluate_claims({claim("a > b", rules), claim("b < a", rules)}, data_of(d1));
  };
  const auto holm = pair({.05, Correction::holm});
  CHECK(holm[1].verdict == Verdict::inconclusive);
  const auto none = pair({.05, Correction::none});
  CHECK(none[0].verdict == Verdict::supported);
  CHECK(none[1].tests[0].adjusted == none[1].tests[0].p);
  const auto bonferroni = pair({.05, Correction::bonferroni});
  CHECK(bonferroni[0].verdict == Verdict::inconclusive);
  CHECK(bonferroni[1].tests[0].adjusted == Approx(2 * .04051).margin(1e-5));
  // Effect 1.121 at level .025 needs as many pairs with either correction.
  CHECK(bonferroni[0].tests[0].seeds == holm[0].tests[0].seeds);
  CHECK(pair({.1, Correction::holm})[0].verdict == Verdict::supported);
  CHECK(pair({.04, Correction::none})[0].verdict == Verdict::inconclusive);
  CHECK(pair({.04, Correction::none})[0].tests[0].seeds ==
        std::max<std::size_t>(7, *seeds_needed(.0085 / .0075829, .04)));
}
