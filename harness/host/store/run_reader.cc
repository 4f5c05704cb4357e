#include "host/store/run_reader.h"

#include "host/store/cell_file.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unistd.h>

namespace assay {

namespace {


RunCell planned_cell(const Json& json) {
  RunCell cell;
  cell.benchmark = json.at("benchmark");
  cell.method = json.at("method");
  cell.use = json.at("use");
  cell.role = json.at("role");
  cell.parameters = json.at("parameters");
  cell.seed = json.at("seed");
  cell.block = json.at("block").get<std::vector<std::uint64_t>>();
  cell.key = json.at("key");
  cell.key_alone = json.at("key_alone");
  return cell;
}

void take(RunCell& cell, StoredCell& stored) {
  cell.state = stored.done() ? CellState::done : CellState::failed;
  cell.document = std::move(stored.document);
  cell.file = std::move(stored.file);
}

}  // namespace

std::size_t RunData::count(CellState state) const {
  return static_cast<std::size_t>(std::count_if(
      cells.begin(), cells.end(), [state](const RunCell& cell) { return cell.state == state; }));
}

bool is_run(const std::filesystem::path& folder) {
  return std::filesystem::is_regular_file(folder / "run.json");
}

RunData load_run(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw Error("there is no run at " + folder.string() + ": no such folder", ExitStatus::wrong_use);
  }
  if (!is_run(folder)) {
    throw Error(folder.string() + " is not a run: it has no run.json (a run is made by `assay run`)",
                ExitStatus::wrong_use);
  }
  const std::filesystem::path file = folder / "run.json";
  RunData data;
  data.folder = folder;
  data.run = Json::parse(read_file(file), nullptr, false);
  if (!data.run.is_object() || data.run.value("format", Json()) != "assay-run") {
    throw Error(file.string() + " is damaged or not a run's: run the suite again, which writes it anew "
                                "and keeps the finished cells");
  }
  if (data.run.value("version", Json()) != run_version) {
    throw Error(file.string() + " has version " + data.run.value("version", Json()).dump() +
                ", this assay reads version " + std::to_string(run_version) +
                ": use the assay that wrote it");
  }
  try {
    for (const Json& json : data.run.at("cells")) data.cells.push_back(planned_cell(json));
  } catch (const Json::exception& error) {
    throw Error(file.string() + " does not follow its format: " + error.what());
  }

  using Place = std::tuple<std::string, std::string, std::uint64_t>;
  std::map<Place, std::vector<StoredCell>> found;
  for (StoredCell& stored : read_cells(folder)) {
    if (!stored.problem.empty()) {
      data.problems.push_back(stored.file.string() + " " + stored.problem +
                              "; it is not used, and running the suite again computes its cell again");
      continue;
    }
    found[{stored.text("benchmark"), stored.text("method"), stored.seed()}].push_back(
        std::move(stored));
  }
  for (RunCell& cell : data.cells) {
    const auto place = found.find({cell.benchmark, cell.method, cell.seed});
    if (place == found.end()) continue;
    StoredCell* best = nullptr;
    for (StoredCell& stored : place->second) {
      if (stored.document.is_null()) continue;  // taken: run.json lists the cell twice
      const std::string& key = stored.text("key");
      if (key != cell.key && key != cell.key_alone) continue;
      if (best == nullptr || better(stored, *best)) best = &stored;
    }
    if (best != nullptr) {
      take(cell, *best);
    } else {
      ++data.outdated;
    }
  }
  data.running_pid = lock_holder(folder / "lock");
  if (data.running_pid == ::getpid()) data.running_pid = 0;
  return data;
}

}  // namespace assay
