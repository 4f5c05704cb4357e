// What a suite can decide: the published minima, and warnings about claims that cannot be decided.
#include "host/statistics/planning.h"
#include "host/statistics/attainable.h"
#include "host/suite/claim_axis.h"

#include <catch2/catch.hpp>

using namespace assay;

namespace {

using Seeds = std::vector<std::int64_t>;

Benchmark benchmark(const std::string& id, const Seeds& seeds, int methods, int labels = 0) {
  Benchmark made;
  made.id = id;
  made.family = "weak_to_strong";
  made.seeds = seeds;
  made.settings = {{"weak", {{"labels", labels}}}};
  for (int i = 0; i < methods; ++i) {
    made.methods.push_back({.name = "m" + std::to_string(i), .use = "m"});
  }
  return made;
}

void sweep(Benchmark& on, const std::vector<double>& values) {
  for (const double value : values) {
    on.methods.push_back({.name = "lc-alpha=" + Json(value).dump(),
                          .use = "lc",
                          .parameters = {{"alpha", value}},
                          .sweep = {"alpha"}});
  }
}

Claim claim(const std::string& expect, const std::vector<std::string>& on,
            const std::string& method = "") {
  Claim made;
  made.says = "It holds";
  made.on = on;
  made.metric = "pgr";
  made.expect = expect;
  made.method = method;
  made.at = 0.5;
  return made;
}

SuitePlanning plan(Suite suite) {
  complete_claims(suite);
  return plan_statistics(suite);
}

// The plan of seven methods' worth of pairs over some benchmarks, which depends on their number
// only.
BenchmarksPlanning over_benchmarks(int methods) {
  Suite suite;
  for (const char* id : {"a", "b"}) suite.benchmarks.push_back(benchmark(id, {0, 1}, methods));
  return plan(suite).families.at(0);
}

std::vector<std::string> warnings(Suite suite, Claim one) {
  suite.claims = {std::move(one)};
  return plan(std::move(suite)).warnings();
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the smallest p of sign flips and of Wilcoxon over benchmarks") {
  // Two-sided 2 / 2^n, one-sided half of it.
  const std::vector<std::pair<std::size_t, double>> published = {
      {3, .25}, {4, .125}, {5, .0625}, {6, .03125}, {7, .0156}, {8, .0078}, {10, .0020}};
  for (const auto& [pairs, p] : published) {
    INFO(pairs);
    CHECK(smallest_sign_flip_p(pairs) == Approx(p).margin(5e-5));
    CHECK(smallest_one_sided_sign_flip_p(pairs) == Approx(p / 2).margin(5e-5));
  }
  CHECK(smallest_sign_flip_p(1) == 1);
  CHECK(smallest_sign_flip_p(0) == 1);
  CHECK(smallest_sign_flip_p(100000) < 1e-300);
}

TEST_CASE("the benchmarks that Holm over tasks needs") {
  // All pairs of K methods, and K - 1 pairs with one baseline.
  const std::vector<std::vector<std::size_t>> published = {
      {2, 6, 6}, {3, 7, 7}, {4, 8, 7}, {5, 9, 8}, {6, 10, 8}, {8, 11, 9}, {10, 11, 9}};
  for (const auto& row : published) {
    INFO(row[0]);
    const BenchmarksPlanning one = over_benchmarks(static_cast<int>(row[0]));
    CHECK(one.methods == row[0]);
    CHECK(one.pairs == row[0] * (row[0] - 1) / 2);
    CHECK(one.needed == row[1]);
    CHECK(one.needed_baseline == row[2]);
  }
}

TEST_CASE("methods that rank apart on a benchmark are not counted") {
  Suite suite;
  suite.benchmarks = {benchmark("a", {0, 1}, 4), benchmark("b", {0, 1}, 4)};
  const std::vector<BenchmarksPlanning> families =
      plan_statistics(suite, {{"b", {"m2", "m3"}}, {"elsewhere", {"m0"}}}).families;
  REQUIRE(families.size() == 1);
  CHECK(families[0].methods == 2);
  CHECK(families[0].needed == 6);
  CHECK(plan_statistics(suite, {{"a", {"m0", "m1", "m2"}}}).families.empty());
}

TEST_CASE("the effect that a number of pairs shows is the other side of the seeds needed") {
  // Pairs for power .8 at level .05: 90 for .3 sd, ..., 4 for 3 sd.
  const std::vector<std::pair<double, std::size_t>> needed = {
      {.3, 90}, {.5, 34}, {.75, 16}, {1, 10}, {1.5, 6}, {2, 5}, {3, 4}};
  for (const auto& [effect, pairs] : needed) {
    INFO(effect);
    CHECK(*detectable_effect(pairs, .05) <= effect);
    CHECK(*detectable_effect(pairs - 1, .05) > effect);
  }
  CHECK_FALSE(detectable_effect(1, .05));
  CHECK(*detectable_effect(5, .01) > *detectable_effect(5, .05));
}

TEST_CASE("what the correction leaves for the tests of all claims") {
  Suite suite;
  suite.benchmarks = {benchmark("a", {0, 1, 2, 3, 4}, 3), benchmark("b", {0, 1, 2, 3, 4}, 3)};
  suite.claims = {claim("m0 > m1", {"a", "b"}), claim("m0 < m1 < m2", {"a"})};
  SuitePlanning made = plan(suite);
  CHECK(made.tests == 4);
  CHECK(made.claims[0].tests == 2);
  CHECK(made.claims[1].seeds == 5);
  CHECK(made.first_level == .0125);
  CHECK(made.last_level == .05);
  CHECK(*made.claims[0].effect == *detectable_effect(5, .0125));
  CHECK(*made.benchmarks[0].effect == *detectable_effect(5, .05));
  CHECK(made.claims[0].warnings.empty());
  suite.rules = {.1, Correction::bonferroni};
  CHECK(plan(suite).last_level == .025);
  suite.rules = {.1, Correction::none};
  CHECK(plan(suite).first_level == .1);
}

TEST_CASE("too few seeds and benchmarks are warned of") {
  Suite suite;
  suite.benchmarks = {benchmark("a", {7}, 2)};
  CHECK(
      warnings(suite, claim("m0 > m1", {"a"})) ==
      Texts{"claim 1 (It holds): one seed on a: it says nothing of the spread, and nothing can be "
            "decided"});
  suite.benchmarks = {benchmark("a", {0, 1, 2}, 4)};
  CHECK(warnings(suite, claim("m0 > m1 > m2", {"a"})) ==
        Texts{"claim 1 (It holds): fewer than 5 seeds on a: 3 seeds leave wide intervals"});
  suite.benchmarks = {benchmark("a", {0, 1, 2, 3, 4}, 3), benchmark("b", {0, 1, 2, 3, 4}, 3)};
  CHECK(warnings(suite, claim("m0 > m1", {"a"})) ==
        Texts{"weak_to_strong: 2 benchmarks cannot tell 3 methods apart over benchmarks: Wilcoxon "
              "tests with Holm need 7 for all pairs, 7 against one baseline"});
  // A report's groups are at level .05 whatever the level of the claims.
  for (const double level : {.2, .001}) {
    suite.rules.level = level;
    suite.claims = {};
    CHECK(plan(suite).families.at(0).needed == 7);
    CHECK(plan(suite).families.at(0).needed_baseline == 7);
  }
  suite.rules = ClaimRules();
  suite.benchmarks = {benchmark("a", {0, 1, 2, 3, 4}, 2)};
  CHECK(warnings(suite, claim("m0 > m1", {"a"})).empty());
}

TEST_CASE("an axis that cannot show what is claimed is warned of") {
  Suite suite;
  suite.benchmarks = {benchmark("a", {0, 1, 2, 3, 4}, 0)};
  sweep(suite.benchmarks[0], {0, 0.5});
  CHECK(
      warnings(suite, claim("slope(pgr, alpha) in [0, inf]", {"a"}, "lc")) ==
      Texts{"claim 1 (It holds): an axis of 2 points (lc over alpha): they cannot show whether the "
            "metric follows a line"});
  CHECK(warnings(suite, claim("increasing(pgr, alpha)", {"a"}, "lc")).empty());
  sweep(suite.benchmarks[0], {1});
  CHECK(warnings(suite, claim("slope(pgr, alpha) in [0, inf]", {"a"}, "lc")).empty());
}

TEST_CASE("benchmarks along an axis need the same seeds") {
  Suite suite;
  suite.benchmarks = {benchmark("a", {0, 1, 2, 3, 4}, 1, 100),
                      benchmark("b", {5, 6, 7, 8, 9}, 1, 200),
                      benchmark("c", {10, 11, 12, 13, 14}, 1, 400)};
  const std::vector<std::string> on = {"a", "b", "c"};
  CHECK(
      warnings(suite, claim("slope(pgr, weak.labels) in [0, inf]", on, "m0")) ==
      Texts{"claim 1 (It holds): its benchmarks share fewer than two seeds (m0 over weak.labels): "
            "the slope is that of 3 means, with 1 degree of freedom"});
  CHECK(
      warnings(suite, claim("threshold(pgr, weak.labels) in [0, 200]", on, "m0")) ==
      Texts{"claim 1 (It holds): its benchmarks share fewer than two seeds (m0 over weak.labels): "
            "nothing can be decided; give them the same seeds"});
  // One seed each, all different: means can be fitted.
  for (std::int64_t i = 0; i < 3; ++i) suite.benchmarks[static_cast<std::size_t>(i)].seeds = {i};
  CHECK(warnings(suite, claim("slope(pgr, weak.labels) in [0, inf]", on, "m0"))[0].find(
            "the slope is that of 3 means") != std::string::npos);
  suite.benchmarks[0].seeds = {0, 1, 2, 3, 4};
  suite.benchmarks[1].seeds = suite.benchmarks[2].seeds = suite.benchmarks[0].seeds;
  CHECK(warnings(suite, claim("monotone(pgr, weak.labels)", on, "m0")).empty());
  suite.benchmarks[1].seeds = {0, 1, 2, 30, 40};
  CHECK(warnings(suite, claim("slope(pgr, weak.labels) in [0, inf]", on, "m0")) ==
        Texts{"claim 1 (It holds): its benchmarks share only 3 of their 5 seeds (m0 over "
              "weak.labels)",
              "claim 1 (It holds): fewer than 5 seeds (m0 over weak.labels): 3 seeds leave wide "
              "intervals"});
}

TEST_CASE("exact claims are no tests, but two seeds must show that they are exact") {
  Suite suite;
  suite.benchmarks = {benchmark("a", {0, 1, 2, 3, 4}, 2), benchmark("one", {0}, 2)};
  Claim exact = claim("m0 > m1", {"a"}), alone = claim("m0 > m1", {"one"});
  exact.exact = alone.exact = true;
  suite.claims = {exact, claim("m0 > m1", {"a"}), alone};
  const SuitePlanning planned = plan(suite);
  CHECK(planned.tests == 1);
  CHECK(planned.first_level == .05);
  CHECK(planned.claims.at(0).tests == 0);
  CHECK_FALSE(planned.claims.at(0).effect);
  CHECK(planned.claims.at(0).warnings.empty());
  CHECK(planned.claims.at(2).warnings ==
        Texts{"fewer than two seeds in common on one: nothing shows that its value is the same in "
              "every seed"});
}
