// The made-up run's numbers, worked by hand or with SciPy from made_up_run.cc.
#include "reports/analysis/analysis.h"
#include "host/suite/apart.h"
#include "made_up_run.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace assay;
using namespace assay::reports;

namespace {

struct Made {
  RunResults results;
  Analysis analysis;
};

Made made_up(const std::string& baseline = "") {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path() / "run");
  Made made;
  made.results = collect_results(load_run(folder.path() / "run"), baseline);
  made.analysis = analyse(made.results);
  return made;
}

bool warns(const Analysis& analysis, const std::string& text) {
  return std::any_of(
      analysis.warnings.begin(), analysis.warnings.end(),
      [&](const std::string& warning) { return warning.find(text) != std::string::npos; });
}

std::size_t row_of(const BenchmarkResults& benchmark, const std::string& name) {
  return static_cast<std::size_t>(benchmark.row(name) - benchmark.rows.data());
}

}  // namespace

TEST_CASE("cells are counted as they are") {
  const Made made = made_up();
  CHECK(made.results.cells() == 40 + 15 + 3);
  CHECK(made.results.count(CellState::failed) == 1);
  CHECK(made.results.count(CellState::missing) == 2);  // one not there, one cut off
  REQUIRE(made.results.problems.size() == 1);
  CHECK(made.results.problems[0].rfind("cells/sounds/weak/0-2/2.json is not complete JSON", 0) ==
        0);
}

TEST_CASE("a row's accuracy is its mean and t interval") {
  const Made made = made_up();
  const BenchmarkResults& photos = made.results.benchmarks[0];
  const Estimate& xent = made.analysis.measures[0][row_of(photos, "xent")][0].estimate;
  CHECK(xent.mean == Approx(.6682));
  CHECK(xent.sd == Approx(.0081976).margin(1e-6));
  CHECK(xent.interval->half_width() == Approx(.0101786).margin(1e-6));
  CHECK(made.analysis.measures[0][row_of(photos, "product")][0].estimate.n == 4);
}

TEST_CASE("PGR is a ratio of means with Fieller's interval, and undefined when the gap is noise") {
  const Made made = made_up();
  const BenchmarkResults& photos = made.results.benchmarks[0];
  const RatioEstimate& pgr = *made.analysis.measures[0][row_of(photos, "logconf")][1].ratio;
  CHECK(pgr.ratio == Approx(.0332 / .155));
  CHECK(pgr.set == RatioEstimate::Set::interval);
  const BenchmarkResults& sounds = made.results.benchmarks[1];
  CHECK_FALSE(made.analysis.measures[1][row_of(sounds, "xent")][1].ratio->resolved);
  CHECK(warns(made.analysis, "PGR is not defined on sounds"));
}

TEST_CASE("comparisons name the better, the worse and the undecided") {
  const Made made = made_up();
  CHECK(made.analysis.comparison(0, "logconf")->outcome == Comparison::Outcome::better);
  CHECK(made.analysis.comparison(0, "evil")->outcome == Comparison::Outcome::worse);
  const Comparison& product = *made.analysis.comparison(0, "product");
  CHECK(product.outcome == Comparison::Outcome::undecided);
  CHECK(product.test.difference.n == 4);
  CHECK(product.test.difference.dropped == 1);
  CHECK(made.analysis.comparison(0, "xent") == nullptr);
  CHECK(made.analysis.comparison(0, "weak") == nullptr);
  CHECK(std::isnan(made.analysis.comparison(2, "logconf")->adjusted));
}

TEST_CASE("claims of every verdict") {
  const Made made = made_up();
  REQUIRE(made.analysis.claims.size() == 5);
  CHECK(made.analysis.claims[0].verdict == Verdict::supported);
  CHECK(made.analysis.claims[1].verdict == Verdict::supported);  // a chain of three links
  CHECK(made.analysis.claims[2].verdict == Verdict::refuted);
  CHECK(made.analysis.claims[3].verdict == Verdict::supported);  // near
  CHECK(made.analysis.claims[4].verdict == Verdict::inconclusive);
  CHECK(made.analysis.claims[4].tests[0].note.find("does not exceed two standard errors") !=
        std::string::npos);
  CHECK(made.analysis.claims[4].tests[1].note == "no seed has both values");
}

TEST_CASE("the leaderboard puts the best first, those apart by their reasons and references last") {
  const Made made = made_up();
  REQUIRE(made.analysis.families.size() == 1);
  std::vector<std::string> order;
  for (const Standing& standing : made.analysis.families[0].standings)
    order.push_back(standing.name);
  // First those with results on all benchmarks, by their mean. Then the others by their difference:
  // product .00025 (4 seeds), frozen -.00667, evil -.021. "tuned" (.0552) sees the truth.
  CHECK(order == std::vector<std::string>{"logconf", "xent", "product", "frozen", "evil", "tuned",
                                          "weak", "few-labels", "ceiling"});
}

TEST_CASE("why a method ranks apart comes from its family and its benchmark") {
  const Json family = {{"apart", {{"all_tasks", "sees all tasks at once"}, {"truth", "cheats"}}}};
  const Json joint = {{"needs", {"past_tasks", "all_tasks"}}};
  const Json tuned = {{"lambda", "strength chosen on test data"}};
  CHECK(reason_apart(family, joint, Json::object(), Json::object()) == "sees all tasks at once");
  CHECK(reason_apart(family, joint, tuned, {{"lambda", 1}}) ==
        "sees all tasks at once, strength chosen on test data");
  CHECK(reason_apart(family, Json::object(), tuned, {{"lambda", 1}}) ==
        "strength chosen on test data");
  CHECK(reason_apart(family, Json::object(), tuned, {{"alpha", 1}}).empty());
  CHECK(reason_apart(Json::object(), joint, Json::object(), Json::object()).empty());
  // As earlier versions wrote it.
  const Json earlier = {{"oracle_capabilities", {"all_tasks"}}};
  CHECK(reason_apart(earlier, joint, Json::object(), Json::object()) == "needs an oracle");
}

TEST_CASE("a parameter sets a method apart in the benchmark that says so") {
  const test::TemporaryFolder folder;
  const std::filesystem::path run = folder.path() / "run";
  test::write_made_up_run(run);
  RunData data = load_run(run);
  data.run["apart_parameters"] = {{"photos", {{"alpha", "strength chosen on test data"}}}};
  const RunResults results = collect_results(data);
  CHECK(results.benchmarks[0].row("logconf")->apart == "strength chosen on test data");
  CHECK(results.benchmarks[0].row("tuned")->apart == "sees the truth");
  CHECK(results.benchmarks[0].row("xent")->apart.empty());
  CHECK(results.benchmarks[1].row("logconf")->apart.empty());
  // In one of its benchmarks is enough for the family's leaderboard.
  const Analysis analysis = analyse(results);
  std::vector<std::string> reasons;
  for (const Standing& standing : analysis.families[0].standings) {
    reasons.push_back(standing.apart);
  }
  CHECK(reasons == std::vector<std::string>{"", "", "", "", "sees the truth",
                                            "strength chosen on test data", "", "", ""});
  CHECK(analysis.pools[0].find("logconf") == nullptr);
}

TEST_CASE("the first method is the baseline where the suite names none, and --baseline overrides") {
  const Made made = made_up();
  CHECK(made.results.benchmarks[1].baseline == "xent");
  CHECK(made.results.benchmarks[1].baseline_assumed);
  const Made other = made_up("logconf");
  CHECK(other.results.benchmarks[0].baseline == "logconf");
  CHECK(other.analysis.comparison(0, "xent")->outcome == Comparison::Outcome::worse);
  CHECK_THROWS_WITH(made_up("lgconf"),
                    "--baseline 'lgconf' is not a row of this run (did you mean 'logconf'?)");
}

TEST_CASE("warnings say what to beware of") {
  const Analysis analysis = made_up().analysis;
  CHECK(analysis.warnings[0] ==
        "1 cell of 58 failed; comparisons use the seeds that both rows have.");
  CHECK(warns(analysis, "2 cells are missing of 58"));
  CHECK(warns(analysis, "its verdicts are provisional"));
  CHECK(warns(analysis, "Fewer than 5 seeds: sounds (3 seeds), letters (1 seed)"));
  CHECK(warns(analysis, "No variation over seeds on sounds: frozen"));
  CHECK(warns(analysis, "cells/sounds/weak/0-2/2.json"));
  CHECK_FALSE(warns(analysis, "Mixed provenance"));
  CHECK_FALSE(warns(analysis, "exploratory"));
}

TEST_CASE("seeds set on the command line and several machines are pointed out") {
  RunResults results = made_up().results;
  results.overrides.push_back("seeds=3");
  results.benchmarks[0].rows[0].seeds[0].host = "other";
  const Analysis analysis = analyse(results);
  CHECK(warns(analysis, "read the claims as exploratory"));
  CHECK(warns(analysis, "from 2 machines (maker, other)"));
}

TEST_CASE("seeds added after the first plan are pointed out") {
  RunResults results = made_up().results;
  CHECK_FALSE(warns(analyse(results), "Seeds were added"));
  results.benchmarks[0].first_seeds = results.benchmarks[0].seeds.size();
  CHECK_FALSE(warns(analyse(results), "Seeds were added"));
  results.benchmarks[0].first_seeds = 3;
  CHECK(warns(analyse(results), "Seeds were added after the first plan: photos (3, now 5)."));
}

TEST_CASE("headline metrics are the primary one, ratios and what they divide") {
  const Made made = made_up();
  CHECK(headline_metrics(made.results.benchmarks[0]) == std::vector<std::size_t>{0, 1, 2});
  BenchmarkResults plain = made.results.benchmarks[0];
  plain.metrics.erase(plain.metrics.begin() + 1);
  CHECK(headline_metrics(plain) == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("over benchmarks the leaderboard's interval is over the seeds they share") {
  const Made made = made_up();
  const auto& standings = made.analysis.families[0].standings;
  const auto logconf =
      std::find_if(standings.begin(), standings.end(),
                   [](const Standing& standing) { return standing.name == "logconf"; });
  // Differences to xent on photos .029 .033 .029 and sounds -.01 .01 .01, seeds 0 to 2: averages
  // .0095 .0215 .0195, sd .0064291.
  const OverBenchmarks& difference = *logconf->over_baseline;
  CHECK(difference.seeds == OverBenchmarks::Seeds::partly);
  CHECK(difference.estimate.n == 3);
  CHECK(difference.estimate.mean == Approx(.0505 / 3));
  CHECK(difference.estimate.interval->half_width() == Approx(.015971).margin(1e-5));
}
