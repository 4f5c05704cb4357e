// assay plan: what `assay run` would do, without doing any of it.
#include "cli/commands.h"
#include "cli/planning_text.h"
#include "cli/suite_options.h"
#include "host/cache/stage_cache.h"
#include "host/executor/progress.h"
#include "host/install/installation.h"
#include "host/registry/catalogue.h"
#include "host/store/run_reader.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>

namespace assay::cli {

namespace {

struct Options {
  SuiteOptions suite;
  std::string out;
  bool json = false;
};

/// Seconds that one row of a stage or a method took before, where that is known.
class History {
 public:
  explicit History(const std::vector<StageEntry>& cached) {
    for (const StageEntry& entry : cached) {  // newest first: the newest is kept
      if (!entry.document.is_object()) continue;
      const std::size_t rows = entry.document.value("seeds", Json::array()).size();
      const double seconds = entry.document.value("seconds", 0.0);
      if (rows > 0 && seconds > 0) {
        stages_.emplace(stage_key(entry.document.value("components", Json::object())),
                        seconds / static_cast<double>(rows));
      }
    }
  }

  void add_cells(const Plan& plan, const Todo& todo) {
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
      if (todo.history[i].state != CellState::done) continue;
      const CellIdentity& cell = plan.cells[i].identity;
      methods_[cell.benchmark + "/" + cell.use] = todo.history[i].document["run"].value("seconds", 0.0);
    }
  }

  std::optional<double> stage(const PlannedStage& stage) const {
    return look_up(stages_, stage_key(stage.components));
  }
  std::optional<double> cell(const CellIdentity& cell) const {
    return look_up(methods_, cell.benchmark + "/" + cell.use);
  }

 private:
  // Seeds, inputs and build change the result, hardly the time.
  static std::string stage_key(const Json& components) {
    Json key = Json::object();
    for (const char* name : {"family", "stage", "settings"}) key[name] = components.value(name, Json());
    return key.dump();
  }
  static std::optional<double> look_up(const std::map<std::string, double>& known,
                                       const std::string& key) {
    const auto found = known.find(key);
    if (found == known.end()) return std::nullopt;
    return found->second;
  }

  std::map<std::string, double> stages_, methods_;
};

struct Estimate {
  double seconds = 0;         // of one core
  std::size_t unknown = 0;    // jobs nothing is known about
  void add(const std::optional<double>& row, std::size_t rows) {
    if (row) {
      seconds += *row * static_cast<double>(rows);
    } else {
      ++unknown;
    }
  }
};

std::string time_text(const Estimate& estimate, std::size_t workers) {
  if (estimate.seconds <= 0) return estimate.unknown > 0 ? "unknown" : "none";
  std::string text = "about " + duration_text(estimate.seconds / static_cast<double>(workers));
  if (estimate.unknown > 0) {
    text += ", and " + std::to_string(estimate.unknown) + " jobs whose time is unknown";
  }
  return text;
}

SuitePlanning planning_of(const SuiteToRun& suite) {
  return plan_statistics(suite_from_json(suite.suite), methods_apart(suite));
}

Json plan_one(const SuiteToRun& suite, const fs::path& out) {
  const Plan plan = plan_suite(suite, out);
  const Todo todo = find_todo(plan, out, false);
  StageCache cache(cache_folder());
  History history(cache.list());
  history.add_cells(plan, todo);

  Json jobs = Json::array();
  std::set<std::size_t> reused, seen;
  Estimate estimate;
  const auto need = [&](auto&& self, std::size_t index) -> void {
    if (!seen.insert(index).second) return;
    const PlannedStage& stage = plan.stages[index];
    std::string problem;
    if (cache.find(stage.key, &problem)) {
      reused.insert(index);
      return;
    }
    for (const auto& [name, input] : stage.inputs) self(self, input);
    const std::optional<double> row = history.stage(stage);
    estimate.add(row, stage.seeds.size());
    jobs.push_back({{"kind", "stage"}, {"benchmark", stage.benchmark}, {"name", stage.name},
                    {"seeds", stage.seeds}, {"key", stage.key},
                    {"seconds", row ? Json(*row * static_cast<double>(stage.seeds.size())) : Json()}});
  };
  for (const TodoJob& open : todo.jobs) {
    const CellsJob& job = plan.jobs[open.job];
    for (const auto& [name, input] : job.inputs) need(need, input);
    const CellIdentity& first = plan.cells[job.cells[open.rows.front()]].identity;
    const std::optional<double> row = history.cell(first);
    estimate.add(row, open.rows.size());
    jobs.push_back({{"kind", "cells"}, {"benchmark", first.benchmark}, {"name", first.method},
                    {"seeds", open.whole ? job.block : Seeds{first.seed}}, {"rows", open.rows.size()},
                    {"seconds", row ? Json(*row * static_cast<double>(open.rows.size())) : Json()}});
  }
  std::size_t planned = 0, done = 0, set_aside = 0;
  for (const std::size_t i : plan.listed()) {
    if (!plan.cells[i].selected) continue;
    ++planned;
    done += todo.history[i].state == CellState::done;
    set_aside += todo.history[i].set_aside;
  }
  Json reused_stages = Json::array();
  for (const std::size_t i : reused) {
    reused_stages.push_back({{"benchmark", plan.stages[i].benchmark}, {"name", plan.stages[i].name},
                             {"seeds", plan.stages[i].seeds}, {"key", plan.stages[i].key}});
  }
  const std::size_t workers = std::max<std::size_t>(1, std::min(usable_cores(), jobs.size()));
  return {{"suite", suite.suite["name"]},
          {"run", out.string()},
          {"cells", {{"planned", planned}, {"done", done}, {"set_aside", set_aside}}},
          {"jobs", jobs},
          {"stages_reused", reused_stages},
          {"workers", workers},
          {"expected_seconds",
           estimate.unknown == 0 ? Json(estimate.seconds / static_cast<double>(workers)) : Json()},
          {"expected", time_text(estimate, workers)},
          {"outdated", todo.outdated},
          {"statistics", to_json(planning_of(suite))}};
}

void print(const Json& plan) {
  std::printf("%s -> %s\n", plan["suite"].get<std::string>().c_str(),
              plan["run"].get<std::string>().c_str());
  for (const Json& job : plan["jobs"]) {
    const bool stage = job["kind"] == "stage";
    const Seeds seeds = job["seeds"].get<Seeds>();
    std::printf("  %s  %s%s  %s %s", job["benchmark"].get<std::string>().c_str(),
                stage ? "stage " : "", job["name"].get<std::string>().c_str(),
                seeds.size() == 1 ? "seed" : "seeds", block_name(seeds).c_str());
    if (!stage && job["rows"] != seeds.size()) std::printf("  (%zu rows)", job["rows"].get<std::size_t>());
    if (job["seconds"].is_number()) std::printf("  %s", duration_text(job["seconds"]).c_str());
    std::printf("\n");
  }
  const Json& cells = plan["cells"];
  std::printf("cells: %zu, of which %zu are done", cells["planned"].get<std::size_t>(),
              cells["done"].get<std::size_t>());
  if (cells["set_aside"] > 0) std::printf(" and %zu set aside", cells["set_aside"].get<std::size_t>());
  std::printf("\njobs: %zu; stages from the cache: %zu\n", plan["jobs"].size(),
              plan["stages_reused"].size());
  std::printf("expected time: %s (%zu workers)\n", plan["expected"].get<std::string>().c_str(),
              plan["workers"].get<std::size_t>());
}

int plan(const Options& options) {
  check_device(options.suite.device);
  const Catalogue catalogue = load_catalogue(plugin_folders(options.suite.plugin_folders));
  Json plans = Json::array();
  for (const SuiteToRun& suite : read_suites(options.suite, catalogue)) {
    plans.push_back(plan_one(suite, run_folder(options.out, suite, options.suite.files.size() > 1)));
    if (options.json) continue;
    print(plans.back());
    std::fputs(planning_text(planning_of(suite)).c_str(), stdout);
  }
  if (options.json) {
    const Json all = {{"plans", plans}};
    std::printf("%s\n", all.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  }
  return static_cast<int>(ExitStatus::done);
}

}  // namespace

void add_plan(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("plan", "What running suites would do; run nothing");
  add_suite_options(*command, options->suite);
  command->add_option("--out", options->out, "The run's folder (default: runs/<suite name>)")
      ->type_name("DIR");
  command->add_flag("--json", options->json, "Print one JSON document");
  command->callback([options, &action] { action = [options] { return plan(*options); }; });
}

}  // namespace assay::cli
