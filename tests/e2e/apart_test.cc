// A strength that a benchmark chooses on test data is marked: such methods rank apart, in the plan
// and in the report.
#include "real_place.h"

#include <catch2/catch.hpp>

#include <map>

namespace assay {

namespace {

// Two benchmarks, so that methods are compared over benchmarks.
std::string suite_with(const std::string& policy) {
  std::string text = "[suite]\nname = \"tuned\"\ntitle = \"Tuned\"\nseeds = 2\n";
  for (const std::string scenario : {"task", "domain"}) {
    text += "\n[[benchmark]]\nid = \"" + scenario + "\"\nfamily = \"continual\"\nscenario = \"" +
            scenario + R"("
task    = { use = "gaussian_classes", train = 40, test = 20 }
model   = { arch = "mlp", width = 8, depth = 1 }
train   = { steps = 5, batch = 16, lr = 1e-2 }
methods = ["naive", "er", "ewc", "joint"]
tuning  = { policy = ")" +
            policy + R"(", parameter = "lambda", grid = "1, 100", tasks = 2 }
)";
  }
  return text;
}

/// Why each method ranks apart, "" where it competes: of benchmark rows or of standings.
std::map<std::string, std::string> reasons(const Json& rows) {
  std::map<std::string, std::string> apart;
  for (const Json& row : rows) {
    if (!row.at("reference").get<bool>()) apart[row.at("name")] = row.at("apart");
  }
  return apart;
}

}  // namespace

TEST_CASE("a strength chosen on test data ranks apart, in the plan and in the report") {
  for (const auto& [policy, reason] : std::map<std::string, std::string>{
           {"oracle-grid", "strength chosen on test data"}, {"first-k-tasks", ""}}) {
    INFO(policy);
    RealPlace place;
    const std::string suite = place.write_suite(suite_with(policy));
    const ProcessResult plan = place.command({"plan", suite, "--json"});
    INFO(plan.err);
    REQUIRE(plan.exit_status == 0);
    // joint sees all tasks at once and never competes.
    const Json family = Json::parse(plan.out)["plans"][0]["statistics"]["families"][0];
    CHECK(family["methods"] == (reason.empty() ? 3 : 2));

    const ProcessResult run = place.run(suite);
    INFO(run.out << run.err);
    REQUIRE(run.exit_status == 0);
    const std::string file = place.run_folder("report.json").string();
    REQUIRE(place.command({"report", place.run_folder().string(), "--out", file}).ok());
    const Json report = Json::parse(read_file(file));
    const std::map<std::string, std::string> expected = {
        {"naive", ""}, {"er", ""}, {"ewc", reason}, {"joint", "sees all tasks at once"}};
    REQUIRE(report["benchmarks"].size() == 2);
    for (const Json& benchmark : report["benchmarks"])
      CHECK(reasons(benchmark["rows"]) == expected);
    CHECK(reasons(report["families"][0]["standings"]) == expected);
    const std::string text = read_file(place.run_folder() / "report.md");
    CHECK(has(text, "Ranked apart: strength chosen on test data") == !reason.empty());
    CHECK(has(text, "Ranked apart: sees all tasks at once"));
  }
}

}  // namespace assay
