// assay status: what a run has and misses, and whether a command is working on it.
#include "cli/commands.h"
#include "cli/run_summary.h"
#include "host/store/run_reader.h"

#include <assay/common/error.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>

namespace assay::cli {

namespace {

int status(const std::string& folder, bool json) {
  const RunData run = load_run(folder);
  const std::size_t done = run.count(CellState::done);
  const std::size_t failed = run.count(CellState::failed);
  const std::size_t missing = run.count(CellState::missing);
  if (json) {
    std::map<std::string, std::map<std::string, Json>> rows;
    for (const RunCell& cell : run.cells) {
      Json& row = rows[cell.benchmark][cell.method];
      for (const char* state : {"done", "failed", "missing"}) {
        if (!row.contains(state)) row[state] = 0;
      }
      const char* state = cell.state == CellState::done     ? "done"
                          : cell.state == CellState::failed ? "failed"
                                                            : "missing";
      row[state] = row[state].get<int>() + 1;
    }
    const Json document = {{"run", folder},        {"suite", run.run["suite"]["name"]},
                           {"benchmarks", rows},   {"done", done},
                           {"failed", failed},     {"missing", missing},
                           {"outdated", run.outdated}, {"running_pid", run.running_pid},
                           {"problems", run.problems}};
    std::printf("%s\n", document.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  } else {
    std::printf("%s: %zu of %zu cells done, %zu failed, %zu missing; ", folder.c_str(), done,
                run.cells.size(), failed, missing);
    if (run.running_pid > 0) {
      std::printf("process %d is working on it\n", run.running_pid);
    } else {
      std::printf("%s\n", run.running_pid < 0 ? "a command is working on it" : "nothing is running");
    }
    std::fputs(summary_table(run).c_str(), stdout);
    if (run.outdated > 0) {
      std::printf("%zu cells have results of an older plan only: running the suite computes them again\n",
                  run.outdated);
    }
    if (failed > 0) std::printf("failed:\n%s", failure_lines(run, 50).c_str());
    for (const std::string& problem : run.problems) std::printf("%s\n", problem.c_str());
  }
  return static_cast<int>(ExitStatus::done);
}

}  // namespace

void add_status(CLI::App& app, Action& action) {
  struct Options {
    std::string run;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("status", "What a run has done, failed and misses");
  command->add_option("run", options->run, "The run's folder")->required()->type_name("RUN");
  command->add_flag("--json", options->json, "Print one JSON document");
  command->callback([options, &action] {
    action = [options] { return status(options->run, options->json); };
  });
}

}  // namespace assay::cli
