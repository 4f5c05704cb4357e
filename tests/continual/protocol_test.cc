// Cells of the family end to end: metrics, references, tuning, errors.
#include "sdk/families/continual/settings.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <set>

namespace assay::continual::test {
namespace {

class Plain final : public Method {
 public:
  static MethodInfo describe() { return MethodInfo("plain"); }
  explicit Plain(const Parameters&) {}
};

class Everything final : public Method {
 public:
  static MethodInfo describe() { return MethodInfo("everything").needs("all_tasks"); }
  explicit Everything(const Parameters&) {}
  std::vector<std::int64_t> trains_on(std::int64_t, std::int64_t) const override {
    return {0, 1, 2};
  }
};

class Sneaks final : public Method {
 public:
  static MethodInfo describe() { return MethodInfo("sneaks").needs("past_tasks"); }
  explicit Sneaks(const Parameters&) {}
  std::vector<std::int64_t> trains_on(std::int64_t task, std::int64_t) const override {
    return {(task + 1) % 3};
  }
};

/// Pulls to the start with a strength: the larger, the less is learned.
class Holds final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("holds").parameter(real("lambda", 1e6).at_least(0).per_row());
  }
  explicit Holds(const Parameters& parameters) : lambda_K1_(parameters.row("lambda")) {}
  void begin(const Problem& problem, Run&) override { start_KP_ = problem.start.theta_KP; }
  void after_step(const Batch& batch, Tensor& theta_AP) override {
    const Tensor start = batch.row(start_KP_);
    theta_AP = start + (theta_AP - start) / (1 + batch.row(lambda_K1_));
  }

 private:
  Tensor lambda_K1_, start_KP_;
};

Json classes(const char* scenario) {
  Json settings = find_family("continual").smoke_settings();
  settings["scenario"] = scenario;
  settings["train"]["steps"] = 60;
  return settings;
}

std::vector<RowOutcome> cells(const Json& given, const MethodEntry* method,
                              const std::string& reference = "",
                              const Json& parameters = Json::object()) {
  static const TemporaryFolder folder;
  CellJob job;
  job.settings = resolved(given);
  job.method = method;
  job.reference = reference;
  job.rows = {{0, parameters}, {1, parameters}};
  job.output = folder.path();
  Run run({0, 1});
  return find_family("continual").run_cells(job, run);
}

double value(const RowOutcome& outcome, const char* metric) {
  INFO(outcome.failure << " " << metric);
  REQUIRE(outcome.failure.empty());
  return outcome.result.at("metrics").at(metric).get<double>();
}

}  // namespace

TEST_CASE("protocol: naive forgets where classes come one after the other, joint does not") {
  const MethodEntry plain = assay::detail::method_entry<Plain>();
  const MethodEntry everything = assay::detail::method_entry<Everything>();
  const auto naive = cells(classes("class"), &plain);
  const auto joint = cells(classes("class"), &everything);
  for (std::size_t row = 0; row < 2; ++row) {
    CHECK(value(naive[row], "acc") < value(joint[row], "acc"));
    CHECK(value(naive[row], "bwt") < -0.3);
    CHECK(value(naive[row], "la") > 0.9);
    CHECK(value(naive[row], "flops_share") == Approx(1));
    // Longer epochs have fewer short batches: 3 x 600 + 3 x 32 samples a task for 8 x 200 + 4 x 32.
    CHECK(value(joint[row], "flops_share") == Approx(1896.0 / 1728.0));
    // 400 items of two other tasks, eight floats and a label each.
    CHECK(value(joint[row], "stored_bytes") == 400 * (8 * 4 + 8));
    CHECK(value(naive[row], "acc_task_identity") >= value(naive[row], "acc"));
    CHECK(naive[row].result["metrics"]["fwt"].is_null());
    CHECK(naive[row].result["curves"]["accuracy.task3"].size() == 3);
    CHECK(naive[row].result["curves"]["identity.task1"].size() == 3);
    CHECK(naive[row].result["curves"]["average"].size() == 3);
    CHECK(value(naive[row], "min_acc") <= value(naive[row], "la"));
  }
}

TEST_CASE("protocol: the untrained row is a network that has learned nothing") {
  const auto rows = cells(classes("domain"), nullptr, "untrained");
  CHECK(value(rows[0], "stored_bytes") == 0);
  CHECK(value(rows[0], "flops_share") == 0);
  CHECK(value(rows[0], "acc") < 0.9);
  const MethodEntry plain = assay::detail::method_entry<Plain>();
  const auto naive = cells(classes("domain"), &plain);
  CHECK(naive[0].result["metrics"]["fwt"].is_number());
}

TEST_CASE("protocol: later tasks take a capability of their own") {
  const MethodEntry sneaks = assay::detail::method_entry<Sneaks>();
  CHECK(error_of([&] { cells(classes("class"), &sneaks); }) ==
        "sneaks trains on task 1 while task 0 is the present one: that takes needs(\"all_tasks\")");
}

TEST_CASE("protocol: tuning picks the strength, counts its cost and says what it chose") {
  const MethodEntry holds = assay::detail::method_entry<Holds>();
  const MethodEntry plain = assay::detail::method_entry<Plain>();
  for (const char* policy : {"first-k-tasks", "oracle-grid"}) {
    Json settings = classes("task");
    settings["tuning"] = {
        {"policy", policy}, {"parameter", "lambda"}, {"grid", "1e6, 0"}, {"tasks", 2}};
    const auto rows = cells(settings, &holds, "", {{"lambda", 1e6}});
    CHECK(value(rows[0], "strength") == 0);
    // Two candidates on two tasks of three or on all, and the stream itself.
    CHECK(value(rows[0], "flops_share") ==
          Approx(std::string(policy) == "oracle-grid" ? 3 : 1 + 2 * 2.0 / 3));
    CHECK(value(rows[0], "acc") == Approx(value(cells(classes("task"), &plain)[0], "acc")));
    CHECK(cells(settings, &plain)[0].result["metrics"].count("strength") == 0);
  }
}

TEST_CASE("protocol: the linear stream is scored against its posterior") {
  const MethodEntry plain = assay::detail::method_entry<Plain>();
  const Json settings = {{"task", {{"use", "linear_gaussian"}}},
                         {"scenario", "domain"},
                         {"model", {{"arch", "mlp"}, {"depth", 0}}},
                         {"train", {{"optimizer", "sgd"}, {"lr", 0.1}, {"batch", 40}}}};
  const auto rows = cells(settings, &plain);
  // Close to the truth, and not the posterior: the last task alone is fitted.
  CHECK(value(rows[0], "acc") > 0.5);
  CHECK(value(rows[0], "posterior_distance") > 1e-3);
  CHECK(value(rows[0], "posterior_distance") < 1);
}

TEST_CASE("protocol: what the scenario tells is what the benchmark offers") {
  const auto offered = [](const char* scenario, bool boundaries) {
    Json settings = classes(scenario);
    settings["boundaries"] = boundaries;
    const Json list = find_family("continual").expand(resolved(settings)).at("capabilities");
    return std::set<std::string>(list.begin(), list.end());
  };
  CHECK(offered("task", true) == std::set<std::string>{"all_tasks", "categorical", "past_tasks",
                                                       "task_boundaries", "test_identity",
                                                       "train_identity"});
  CHECK(offered("domain", true).count("train_identity") == 1);
  CHECK(offered("domain", true).count("test_identity") == 0);
  CHECK(offered("class", false) == std::set<std::string>{"all_tasks", "categorical", "past_tasks"});
}

TEST_CASE("protocol: tuning without a grid, and a grid that is none, are errors") {
  Json settings = classes("task");
  settings["tuning"] = {{"policy", "oracle-grid"}};
  const auto expand = [&] { find_family("continual").expand(resolved(settings)); };
  CHECK(error_of(expand) ==
        "tuning.policy 'oracle-grid' needs tuning.parameter, the name of a method's parameter, and "
        "tuning.grid");
  settings["tuning"] = {{"policy", "oracle-grid"}, {"parameter", "lambda"}, {"grid", "1, two"}};
  CHECK(error_of(expand) == "tuning.grid is '1, two': write numbers with commas between them");
  settings["tuning"]["grid"] = "1, 2";
  expand();
  const Json expansion = find_family("continual").expand(resolved(settings));
  CHECK(expansion.at("apart_parameters") == Json{{"lambda", "strength chosen on test data"}});
  CHECK(expansion.at("set_parameters") ==
        Json{{"lambda",
              {{"by", "tuning.parameter"}, {"values_by", "tuning.grid"}, {"values", {1.0, 2.0}}}}});
}

}  // namespace assay::continual::test
