// assay logs: what a cell's job printed, and how it ended.
#include "cli/commands.h"
#include "host/executor/job_name.h"
#include "host/store/run_reader.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace assay::cli {

namespace {

std::string name_of(const RunCell& cell) {
  return cell.benchmark + "/" + cell.method + "/" + std::to_string(cell.seed);
}

const RunCell& find_cell(const RunData& run, const std::string& name) {
  std::vector<std::string> names;
  for (const RunCell& cell : run.cells) {
    names.push_back(name_of(cell));
    if (names.back() == name) return cell;
  }
  std::string shown;
  for (std::size_t i = 0; i < names.size() && i < 3; ++i) shown += (i > 0 ? ", " : "") + names[i];
  throw Error("the run has no cell '" + name + "'" + did_you_mean(name, names) +
                  "; cells are named BENCHMARK/METHOD/SEED, e.g. " + shown,
              ExitStatus::wrong_use);
}

// Logs that may hold the cell's job, the likeliest first: named in its error, of its block, alone.
std::vector<fs::path> logs_of(const RunData& run, const RunCell& cell) {
  std::vector<fs::path> logs;
  if (cell.state == CellState::failed && cell.document["error"].contains("log")) {
    const fs::path named = cell.document["error"]["log"].get<std::string>();
    // A cell file may come from elsewhere: it does not choose which files of this machine are shown.
    if (named.is_relative() && *named.lexically_normal().begin() == "logs") {
      logs.push_back(run.folder / named);
    }
  }
  const auto add = [&](const std::string& job) {
    logs.push_back(run.folder / "logs" / (job + ".log"));
  };
  const std::string alone = alone_job_name(cell.benchmark, cell.method, cell.seed);
  if (cell.state != CellState::missing) {
    const Seeds block = cell.document["cell"]["block"].get<Seeds>();
    if (block.size() == 1) add(alone);
    add(cells_job_name(cell.benchmark, cell.method, block));
  }
  add(cells_job_name(cell.benchmark, cell.method, cell.block));
  add(alone);
  return logs;
}

// A sweep's job carries the name of its first variant.
std::vector<fs::path> sweep_logs(const RunData& run, const RunCell& cell) {
  std::vector<fs::path> logs;
  for (const RunCell& other : run.cells) {
    if (other.benchmark != cell.benchmark || other.use != cell.use || other.block != cell.block) continue;
    const std::string start = cells_job_name(other.benchmark, other.method, other.block) + ".x";
    for (const fs::directory_entry& entry : fs::directory_iterator(run.folder / "logs")) {
      if (entry.path().filename().string().rfind(start, 0) == 0) logs.push_back(entry.path());
    }
  }
  return logs;
}

int logs(const std::string& folder, const std::string& name) {
  const RunData run = load_run(folder);
  const RunCell& cell = find_cell(run, name);
  if (cell.state == CellState::missing) {
    std::fprintf(stderr, "assay: %s is not computed yet\n", name.c_str());
  } else if (cell.state == CellState::failed) {
    const Json& error = cell.document["error"];
    std::fprintf(stderr, "assay: %s failed, %s during %s: %s\n", name.c_str(),
                 error["kind"].get<std::string>().c_str(), error["phase"].get<std::string>().c_str(),
                 error["message"].get<std::string>().c_str());
  }
  std::vector<fs::path> candidates = logs_of(run, cell);
  if (fs::is_directory(run.folder / "logs")) {
    for (const fs::path& log : sweep_logs(run, cell)) candidates.push_back(log);
  }
  for (const fs::path& log : candidates) {
    if (!fs::exists(log)) continue;
    std::fprintf(stderr, "assay: %s\n", log.c_str());
    const std::string content = read_file(log);
    std::fwrite(content.data(), 1, content.size(), stdout);
    return static_cast<int>(ExitStatus::done);
  }
  std::fprintf(stderr, "assay: there is no log of it (jobs that print nothing leave none)\n");
  return static_cast<int>(ExitStatus::done);
}

}  // namespace

void add_logs(CLI::App& app, Action& action) {
  struct Options {
    std::string run, cell;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("logs", "What a cell's job printed");
  command->add_option("run", options->run, "The run's folder")->required()->type_name("RUN");
  command->add_option("cell", options->cell, "BENCHMARK/METHOD/SEED")->required()->type_name("CELL");
  command->callback([options, &action] {
    action = [options] { return logs(options->run, options->cell); };
  });
}

}  // namespace assay::cli
