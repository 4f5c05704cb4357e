#include "host/executor/run_suite.h"

#include "host/executor/publisher.h"
#include "host/plan/keys.h"
#include "host/registry/expand.h"
#include "host/store/provenance.h"
#include "host/store/run_reader.h"
#include "host/suite/set_parameters.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

#include <algorithm>
#include <chrono>

namespace assay {

namespace {

Json recorded_blocks(const Json& run) {
  return run.is_object() ? run.value("blocks", Json()) : Json();
}

Plan plan_with(const SuiteToRun& suite, const Json& blocks) {
  Plan plan = make_plan({.suite = suite.suite,
                         .build = suite.build,
                         .methods = suite.methods,
                         .expansions = suite.expansions,
                         .recorded_blocks = blocks});
  if (!suite.selection) return plan;
  for (PlannedCell& cell : plan.cells) {
    cell.selected = suite.selection->has(cell.identity.benchmark, cell.identity.method,
                                         cell.identity.role == "reference");
  }
  return plan;
}

// Blocks of benchmarks that the suite no longer has are remembered, for when they come back.
Json all_blocks(const Plan& plan, const Json& recorded) {
  Json blocks = recorded.is_object() ? recorded : Json::object();
  blocks.update(plan.blocks);
  return blocks;
}

// How many seeds each benchmark had when it was first planned in this run. Who adds seeds after
// having seen a verdict chooses when to stop, so the report has to know.
Json first_seeds(const Plan& plan, const Json& previous) {
  Json first = Json::object();
  for (const auto& [benchmark, blocks] : plan.blocks.items()) {
    std::size_t count = 0;
    for (const Json& block : blocks) count += block.size();
    first[benchmark] = count;
  }
  if (previous.is_object()) first.update(previous.value("first_seeds", Json::object()));
  return first;
}

// What the report needs of the expansions: in which benchmarks a parameter sets a method apart.
Json apart_parameters(const SuiteToRun& suite) {
  Json all = Json::object();
  for (std::size_t i = 0; i < suite.expansions.size(); ++i) {
    const Json words = suite.expansions[i].value("apart_parameters", Json::object());
    if (!words.empty()) all[suite.suite.at("benchmarks")[i].at("id").get<std::string>()] = words;
  }
  return all;
}

// Each once, although several rows may use it.
std::vector<Json> methods_of(const Json& benchmark, const Catalogue& catalogue) {
  std::map<std::string, Json> methods;
  for (const Json& variant : benchmark.at("methods")) {
    const std::string use = variant.at("use");
    methods[use] = catalogue.methods.at(use);
  }
  std::vector<Json> list;
  for (auto& [id, method] : methods) list.push_back(std::move(method));
  return list;
}

std::vector<std::string> notes_of(const Todo& todo) {
  std::vector<std::string> notes = todo.problems;
  if (todo.outdated > 0) {
    std::vector<std::string> reasons;
    for (const auto& [part, count] : todo.changed) {
      reasons.push_back(part_title(part) + " changed (" + std::to_string(count) + ")");
    }
    notes.push_back(std::to_string(todo.outdated) +
                    (todo.outdated == 1 ? " cell is" : " cells are") + " computed again" +
                    (reasons.empty() ? "" : ", because " + join(reasons, ", ")));
  }
  return notes;
}

}  // namespace

Json run_document(const SuiteToRun& suite, const Plan& plan, const Json& previous,
                  const std::vector<std::string>& command) {
  Json cells = Json::array();
  for (const std::size_t index : plan.listed()) {
    const CellIdentity& cell = plan.cells[index].identity;
    cells.push_back({{"benchmark", cell.benchmark},
                     {"method", cell.method},
                     {"use", cell.use},
                     {"role", cell.role},
                     {"parameters", cell.parameters},
                     {"seed", cell.seed},
                     {"block", cell.block},
                     {"key", cell.key},
                     {"key_alone", plan.cells[index].key_alone}});
  }
  Json origin = provenance(suite.build, command, suite.file);
  if (suite.selection) {
    origin["selection"] = {{"only", suite.selection->only}, {"methods", suite.selection->methods}};
  }
  return {{"format", "assay-run"},
          {"version", run_version},
          {"suite", suite.suite},
          {"suite_file", suite.file},
          {"suite_text", suite.text},
          {"overrides", suite.overrides},
          {"families", suite.families},
          {"methods", suite.methods},
          {"apart_parameters", apart_parameters(suite)},
          {"blocks", all_blocks(plan, recorded_blocks(previous))},
          {"first_seeds", first_seeds(plan, previous)},
          {"cells", cells},
          {"provenance", origin}};
}

SuiteToRun prepare_suite(const Json& suite, const Catalogue& catalogue) {
  SuiteToRun ready{.suite = suite, .build = catalogue.build};
  std::vector<ExpansionRequest> requests;
  for (const Json& benchmark : suite.at("benchmarks")) {
    const std::string family = benchmark.at("family");
    ready.families[family] = catalogue.families.at(family);
    for (const Json& variant : benchmark.at("methods")) {
      const std::string use = variant.at("use");
      ready.methods[use] = catalogue.methods.at(use);
    }
    requests.push_back({family, benchmark.at("settings")});
  }
  std::vector<std::string> problems;
  const std::vector<Expansion> expansions = expand(requests);
  for (std::size_t i = 0; i < expansions.size(); ++i) {
    const Json& benchmark = suite.at("benchmarks")[i];
    const std::string place = "benchmark '" + benchmark.at("id").get<std::string>() + "': ";
    if (!expansions[i].error.empty()) {
      problems.push_back(place + expansions[i].error);
      ready.expansions.push_back(Json::object());
      continue;
    }
    const Json set_parameters = expansions[i].value.value("set_parameters", Json::object());
    for (const std::string& problem :
         set_parameter_problems(set_parameters, methods_of(benchmark, catalogue))) {
      problems.push_back(place + problem);
    }
    ready.expansions.push_back(expansions[i].value);
  }
  if (!problems.empty()) throw Error(join(problems, "\n"), ExitStatus::wrong_use);
  return ready;
}

MethodsApart methods_apart(const SuiteToRun& suite) {
  MethodsApart apart;
  const Json parameters = apart_parameters(suite);
  for (const Json& benchmark : suite.suite.at("benchmarks")) {
    const std::string id = benchmark.at("id");
    const Json& family = suite.families.at(benchmark.at("family"));
    for (const Json& variant : benchmark.at("methods")) {
      const std::string reason =
          reason_apart(family, suite.methods.at(variant.at("use")),
                       parameters.value(id, Json::object()), variant.at("parameters"));
      if (!reason.empty()) apart[id].insert(variant.at("name").get<std::string>());
    }
  }
  return apart;
}

Plan plan_suite(const SuiteToRun& suite, const std::filesystem::path& out) {
  Json run;
  if (is_run(out)) run = Json::parse(read_file(out / "run.json"), nullptr, false);
  return plan_with(suite, recorded_blocks(run));
}

RunResult run_suite(const SuiteToRun& suite, const RunOptions& options) {
  const auto begun = std::chrono::steady_clock::now();
  const std::uint64_t most_cached =
      cache_limit();  // a mistake in it is to be known before the work
  // Before the folder is touched: a suite that cannot run leaves no run behind.
  plan_with(suite, nullptr);
  RunResult result;
  result.store = std::make_unique<RunStore>(options.out, options.fresh);
  RunStore& store = *result.store;
  const Plan plan = plan_with(suite, recorded_blocks(store.previous()));
  Todo todo = find_todo(plan, options.out, options.retry_failed);
  result.notes = notes_of(todo);
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const PlannedCell& cell = plan.cells[i];
    if (cell.wanted && cell.selected && todo.history[i].set_aside) ++result.set_aside;
  }
  // A run that has nothing to do keeps its run.json, time and command included, byte for byte.
  const Json document = run_document(suite, plan, store.previous(), options.command);
  Json before = store.previous();
  Json after = document;
  if (before.is_object()) before.erase("provenance");
  after.erase("provenance");
  if (!todo.jobs.empty() || before != after) store.write_run_json(document);

  if (!todo.jobs.empty()) {
    Progress progress(options.style);
    for (const std::string& note : result.notes) progress.note(note);
    StageCache cache(options.cache);
    Publisher publisher(plan, todo, store);
    const Json limits = suite.suite.value("limits", Json::object());
    const std::vector<TodoJob> jobs = todo.jobs;
    const std::size_t workers = options.workers > 0 ? options.workers : usable_cores();
    JobLog job_log(options.out);
    GraphRun graph(plan, jobs, cache, publisher, progress,
                   {.run = options.out,
                    .time_s = limits.value("time_s", 0.0),
                    .memory_bytes = limits.value("memory_bytes", std::uint64_t{0}),
                    .device = suite.build.value("device", "cpu"),
                    .retry_failed_stages = options.retry_failed,
                    .jobs = &job_log});
    const std::size_t used = std::max<std::size_t>(1, std::min(workers, graph.jobs()));
    job_log.begin(used);
    LocalExecutor executor({.worker = options.worker,
                            .logs = options.out / "logs",
                            .workers = used,
                            .stop = options.stop});
    result.jobs = graph.jobs();
    result.stages_reused = graph.stages_reused();
    result.interrupted = !executor.run(graph);
    result.unrecorded = graph.unrecorded();
    try {
      cache.evict(most_cached);
    } catch (const std::exception& error) {
      result.notes.push_back(std::string("the stage cache could not be cut to its limit: ") +
                             error.what());
      progress.note(result.notes.back());
    }
  }
  std::error_code ignored;
  fs::remove_all(options.out / "tmp", ignored);
  // What an interrupted job goes on from stays; after a whole run nothing can.
  if (!result.interrupted) fs::remove_all(options.out / checkpoint_folder, ignored);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return result;
}

}  // namespace assay
