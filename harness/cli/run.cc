// assay run: plans, runs or resumes suites, then writes their reports.
#include "cli/commands.h"
#include "cli/planning_text.h"
#include "cli/run_summary.h"
#include "cli/suite_options.h"
#include "host/install/installation.h"
#include "host/registry/catalogue.h"
#include "host/store/run_reader.h"
#include "reports/report.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <cstdio>
#include <memory>

namespace assay::cli {

namespace {

struct Options {
  SuiteOptions suite;
  std::string out;
  std::size_t workers = 0;
  bool fresh = false, retry_failed = false, json = false, quiet = false;
};

// This process's arguments, for the report's "how to reproduce".
std::vector<std::string> command_line() {
  std::vector<std::string> arguments(1);
  for (const char c : read_file("/proc/self/cmdline")) {
    if (c == '\0') {
      arguments.emplace_back();
    } else {
      arguments.back() += c;
    }
  }
  arguments.pop_back();
  return arguments;
}

std::string plural(std::size_t count, const char* word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

// This command again, to be pasted into a shell, without what would throw the finished cells away.
std::string again() {
  std::string text;
  for (const std::string& argument : command_line()) {
    if (argument == "--fresh") continue;
    const bool plain = !argument.empty() &&
                       argument.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                  "0123456789_-./=,:@%+") == std::string::npos;
    std::string quoted;
    for (const char c : argument) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += (text.empty() ? "" : " ") + (plain ? argument : "'" + quoted + "'");
  }
  return text;
}

Json failures(const RunData& run) {
  Json list = Json::array();
  for (const RunCell& cell : run.cells) {
    if (cell.state != CellState::failed) continue;
    list.push_back({{"benchmark", cell.benchmark},
                    {"method", cell.method},
                    {"seed", cell.seed},
                    {"error", cell.document["error"]},
                    {"file", cell.file.string()}});
  }
  return list;
}

// Reports are made from what is there, also after failures; their own failure loses no result.
bool write_reports_of(const fs::path& folder) {
  try {
    reports::write_reports(folder);
    return true;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "assay: the report could not be written: %s\n", error.what());
    return false;
  }
}

// The cells that this command was to compute.
RunData selected(const RunData& run, const SuiteToRun& suite) {
  RunData part = run;
  std::erase_if(part.cells, [&suite](const RunCell& cell) {
    return suite.selection &&
           !suite.selection->has(cell.benchmark, cell.method, cell.role == "reference");
  });
  return part;
}

void print_summary(const RunData& run, const RunResult& result, const fs::path& folder) {
  const std::size_t total = run.cells.size();
  const std::size_t done = run.count(CellState::done);
  const std::size_t failed = run.count(CellState::failed);
  std::fputs(summary_table(run).c_str(), stdout);
  if (result.jobs == 0 && failed == 0) {
    std::printf("nothing to do: %zu of %zu cells are done\n", done, total);
  } else {
    std::printf("%zu of %s done in %s", done, plural(total, "cell").c_str(),
                duration_text(result.seconds).c_str());
    if (result.stages_reused > 0) {
      std::printf(", %s from the cache", plural(result.stages_reused, "stage").c_str());
    }
    std::printf("\n");
  }
  if (failed > 0) {
    std::printf("%s failed:\n%s", plural(failed, "cell").c_str(), failure_lines(run, 20).c_str());
    std::printf("  `assay logs %s BENCHMARK/METHOD/SEED` shows a cell's log\n", folder.c_str());
  }
  if (result.set_aside > 0) {
    std::printf("%s set aside after ending the worker %d times: --retry-failed tries again\n",
                plural(result.set_aside, "cell").c_str(), crash_limit);
  }
  if (fs::exists(folder / "report.html")) {
    std::printf("report: %s\n", (folder / "report.html").c_str());
  }
  std::fflush(stdout);
}

struct Ended {
  ExitStatus status = ExitStatus::done;
  Json document;
};

Ended run_one(const std::string& file, const SuiteToRun& suite, const Options& options,
              const StopSignals& stop) {
  RunOptions run;
  run.out = run_folder(options.out, suite, options.suite.files.size() > 1);
  run.worker = find_installation().worker;
  run.cache = cache_folder();
  run.workers = options.workers;
  run.fresh = options.fresh;
  run.retry_failed = options.retry_failed;
  run.style = Progress::style(options.quiet);
  run.command = command_line();
  run.stop = &stop;
  const RunResult result = run_suite(suite, run);
  for (const std::string& sentence : result.unrecorded) {
    std::fprintf(stderr, "assay: %s\n", sentence.c_str());
  }
  const bool reported = write_reports_of(run.out);
  const RunData data = selected(load_run(run.out), suite);
  if (!options.json) print_summary(data, result, run.out);
  if (result.interrupted) {
    std::fprintf(stderr, "assay: interrupted; finished cells are kept. To continue:  %s\n",
                 again().c_str());
  }
  Ended ended;
  if (data.count(CellState::done) < data.cells.size() || !reported) {
    ended.status = ExitStatus::some_failed;
  }
  if (result.interrupted) ended.status = ExitStatus::interrupted;
  ended.document = {{"suite", suite.suite["name"]},
                    {"file", file},
                    {"run", run.out.string()},
                    {"report", (run.out / "report.html").string()},
                    {"interrupted", result.interrupted},
                    {"jobs", result.jobs},
                    {"stages_reused", result.stages_reused},
                    {"seconds", result.seconds},
                    {"notes", result.notes},
                    {"unrecorded", result.unrecorded},
                    {"cells",
                     {{"planned", data.cells.size()},
                      {"done", data.count(CellState::done)},
                      {"failed", data.count(CellState::failed)},
                      {"missing", data.count(CellState::missing)},
                      {"set_aside", result.set_aside}}},
                    {"failed", failures(data)}};
  return ended;
}

int run(const Options& options) {
  check_device(options.suite.device);
  const Catalogue catalogue = load_catalogue(plugin_folders(options.suite.plugin_folders));
  // All files are read before the first one runs.
  const std::vector<SuiteToRun> suites = read_suites(options.suite, catalogue);
  const StopSignals stop;
  ExitStatus status = ExitStatus::done;
  Json documents = Json::array();
  for (std::size_t i = 0; i < suites.size() && status != ExitStatus::interrupted; ++i) {
    if (!options.quiet) {
      const SuitePlanning plan =
          plan_statistics(suite_from_json(suites[i].suite), methods_apart(suites[i]));
      std::fputs(claims_text(plan).c_str(), stderr);
    }
    const Ended ended = run_one(options.suite.files[i], suites[i], options, stop);
    if (ended.status != ExitStatus::done) status = ended.status;
    documents.push_back(ended.document);
  }
  if (options.json) {
    const Json all = {{"runs", documents}};
    std::printf("%s\n", all.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  }
  return static_cast<int>(status);
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Run suites, or continue them, and write their reports");
  add_suite_options(*command, options->suite);
  command->add_option("--out", options->out, "The run's folder (default: runs/<suite name>)")
      ->type_name("DIR");
  command->add_option("--workers", options->workers, "Worker processes (default: one for each core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--fresh", options->fresh, "Remove the run's cells first (the stage cache stays)");
  command->add_flag("--retry-failed", options->retry_failed,
                    "Also try cells that were set aside, and stages with failed rows");
  command->add_flag("--json", options->json, "Print one JSON document in the end");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace assay::cli
