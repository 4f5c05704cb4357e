#include "../executor/toy_run.h"
#include "host/plan/keys.h"
#include "host/plan/plan.h"

#include <catch2/catch.hpp>
#include <functional>
#include <set>

namespace assay {

namespace {

Plan plan_of(const SuiteToRun& suite, const Json& recorded = nullptr) {
  return make_plan({.suite = suite.suite,
                    .build = suite.build,
                    .methods = suite.methods,
                    .expansions = suite.expansions,
                    .recorded_blocks = recorded});
}

std::set<std::string> keys(const Plan& plan) {
  std::set<std::string> keys;
  for (const PlannedCell& cell : plan.cells) keys.insert(cell.identity.key);
  return keys;
}

}  // namespace

TEST_CASE("blocks follow from seeds and cohort, and recorded ones stay") {
  using Blocks = std::vector<Seeds>;
  CHECK(make_blocks({0, 1, 2}, 8, {}) == Blocks{{0, 1, 2}});
  // The fewest blocks, of nearly equal size.
  CHECK(make_blocks({0, 1, 2, 3, 4}, 4, {}) == Blocks{{0, 1}, {2, 3, 4}});
  CHECK(make_blocks({5, 1}, 1, {}) == Blocks{{5}, {1}});
  // Two from ten seeds on, so that two workers have something to do.
  CHECK(make_blocks({0, 1, 2, 3, 4, 5, 6, 7, 8}, 64, {}).size() == 1);
  CHECK(make_blocks({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 64, {}) == Blocks{{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}});
  CHECK(make_blocks({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 4, {}).size() == 3);
  CHECK(make_blocks({0, 1, 2, 3}, 8, {{0, 1}}) == Blocks{{0, 1}, {2, 3}});
  CHECK(make_blocks({0}, 8, {{0, 1}}) == Blocks{{0, 1}});
  // A recorded block that no longer fits is made anew.
  CHECK(make_blocks({0, 1, 2}, 2, {{0, 1, 2}}) == Blocks{{0}, {1, 2}});
  CHECK(make_blocks({0, 1}, 0, {}) == Blocks{{0}, {1}});
}

TEST_CASE("benchmarks that agree in a stage's settings share the stage") {
  SuiteToRun suite = toy_suite({toy("a")}, {0, 1});
  Json other = suite.suite["benchmarks"][0];
  other["id"] = "other";
  other["settings"]["stage_fault"] = "nan";
  suite.suite["benchmarks"].push_back(other);
  suite.expansions.push_back(suite.expansions[0]);
  suite.expansions[1]["stages"][1]["settings"]["stage_fault"] = "nan";
  const Plan plan = plan_of(suite);
  REQUIRE(plan.stages.size() == 3);  // base once, top twice
  CHECK(plan.stages[0].name == "base");
  CHECK(plan.jobs.size() == 4);      // floor and a, twice
}

TEST_CASE("whatever can change a result is in the key, and nothing else") {
  const SuiteToRun suite = toy_suite({toy("a")}, {0, 1});
  const std::set<std::string> before = keys(plan_of(suite));
  const auto after = [&suite](const std::function<void(SuiteToRun&)>& change) {
    SuiteToRun changed = suite;
    change(changed);
    return keys(plan_of(changed));
  };
  CHECK(after([](SuiteToRun& s) { s.suite["limits"]["time_s"] = 1.0; }) == before);
  CHECK(after([](SuiteToRun& s) { s.suite["title"] = "Other"; }) == before);
  CHECK(after([](SuiteToRun& s) { s.suite["benchmarks"][0]["id"] = "other"; }) == before);
  const std::vector<std::function<void(SuiteToRun&)>> changes = {
      [](SuiteToRun& s) { s.build["library_hash"] = "2"; },
      [](SuiteToRun& s) { s.expansions[0]["data"] = Json::array({"data-2"}); },
      [](SuiteToRun& s) { s.suite["benchmarks"][0]["settings"]["slow_ms"] = 1; },
      [](SuiteToRun& s) { s.suite["benchmarks"][0]["cohort"] = 1; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    for (const std::string& key : after(changes[i])) CHECK(before.count(key) == 0);
  }
  // The plugin's content is in the keys of its method's cells alone.
  const std::set<std::string> plugin =
      after([](SuiteToRun& s) { s.methods["toy"]["plugin_hash"] = "2"; });
  std::size_t same = 0;
  for (const std::string& key : plugin) same += before.count(key);
  CHECK(same == 2);  // the reference's
}

TEST_CASE("a cell knows its key as a block of one, which an own block of one shares") {
  const Plan together = plan_of(toy_suite({toy("a")}, {0, 1}));
  const Plan single = plan_of(toy_suite({toy("a", Json::object(), "toy-single")}, {0, 1}));
  for (const PlannedCell& cell : together.cells) CHECK(cell.identity.key != cell.key_alone);
  std::size_t checked = 0;
  for (const PlannedCell& cell : single.cells) {
    if (cell.identity.role == "reference") continue;
    CHECK(cell.identity.key == cell.key_alone);
    ++checked;
  }
  CHECK(checked == 2);
}

TEST_CASE("a cell's keys and parts are those of its components, whatever the plan has hashed before") {
  std::vector<Json> sweep;
  for (const double level : {0.25, 0.5}) {
    sweep.push_back(toy("a-level=" + Json(level).dump(), {{"level", level}}));
    sweep.back()["sweep"] = Json::array({"level"});
  }
  const SuiteToRun suite = toy_suite(sweep, {0, 1});
  const Plan plan = plan_of(suite);
  std::size_t checked = 0;
  for (const CellsJob& job : plan.jobs) {
    if (job.reference) continue;
    Json inputs = Json::object(), rows = Json::array();
    for (const auto& [name, stage] : job.inputs) inputs[name] = plan.stages[stage].key;
    for (const Json& variant : sweep) rows.push_back(variant["parameters"]);
    for (const std::size_t index : job.cells) {
      const PlannedCell& cell = plan.cells[index];
      // docs/protocol.md, section 4.
      Json components = {{"family", "toy"},
                         {"settings", suite.suite["benchmarks"][0]["settings"]},
                         {"method", {{"use", "toy"}, {"parameters", cell.identity.parameters}}},
                         {"seed", cell.identity.seed},
                         {"block", Seeds{0, 1}},
                         {"inputs", inputs},
                         {"data", suite.expansions[0]["data"]},
                         {"build", suite.build},
                         {"plugin", "plugin-1"},
                         {"rows", rows}};
      CHECK(cell.identity.key == key_of(components));
      CHECK(cell.identity.parts == parts_of(components));
      components.erase("rows");
      components["block"] = Seeds{cell.identity.seed};
      CHECK(cell.key_alone == key_of(components));
      CHECK(cell.parts_alone == parts_of(components));
      ++checked;
    }
  }
  CHECK(checked == 4);
}

TEST_CASE("changed components are named") {
  const Json before = parts_of({{"plugin", "1"}, {"build", {{"torch", "2"}}}, {"seed", 0}});
  const Json after = parts_of({{"plugin", "2"}, {"build", {{"torch", "2"}}}, {"seed", 0}, {"rows", 1}});
  CHECK(changed_parts(before, after) == std::vector<std::string>{"plugin", "rows"});
  CHECK(changed_parts(before, before).empty());
}

}  // namespace assay
