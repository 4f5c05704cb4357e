#include "host/store/run_reader.h"

#include "host/store/cell_file.h"
#include "host/store/json_text.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <unistd.h>
#include <algorithm>
#include <map>
#include <tuple>

namespace assay {

namespace {

// A million planned cells.
constexpr std::size_t largest_run_json = std::size_t{1} << 30;

std::string text_of(const Json& json, const char* key) {
  if (json.is_object() && json.contains(key) && json[key].is_string()) return json[key];
  throw Error(std::string("\"") + key + "\" is not a text");
}

Seeds seeds_of(const Json& json, const char* key) {
  Seeds seeds;
  const Json list = json.value(key, Json());
  for (const Json& seed : list) {
    if (!list.is_array() || !seed.is_number_unsigned()) break;
    seeds.push_back(seed);
  }
  if (seeds.empty() || seeds.size() != list.size()) {
    throw Error(std::string("\"") + key + "\" is not a list of seeds");
  }
  return seeds;
}

RunCell planned_cell(const Json& json) {
  RunCell cell;
  cell.benchmark = text_of(json, "benchmark");
  cell.method = text_of(json, "method");
  cell.use = text_of(json, "use");
  cell.role = text_of(json, "role");
  cell.parameters = json.value("parameters", Json());
  if (!cell.parameters.is_object()) throw Error("\"parameters\" is not a table");
  if (!json.value("seed", Json()).is_number_unsigned()) {
    throw Error("\"seed\" is not a whole number");
  }
  cell.seed = json["seed"];
  cell.block = seeds_of(json, "block");
  cell.key = text_of(json, "key");
  cell.key_alone = text_of(json, "key_alone");
  return cell;
}

std::vector<RunCell> planned_cells(const Json& run, const std::string& file) {
  std::vector<RunCell> cells;
  const Json::const_iterator list = run.find("cells");
  if (list == run.end() || !list->is_array()) {
    throw Error(file + " does not follow its format: \"cells\" is not a list");
  }
  for (const Json& json : *list) {
    try {
      cells.push_back(planned_cell(json));
    } catch (const Error& error) {
      throw Error(file + " does not follow its format: cell " + std::to_string(cells.size() + 1) +
                  ": " + error.what());
    }
  }
  return cells;
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
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder / "run.json", ignored);
}

RunData load_run(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw Error("there is no run at " + shown_path(folder) + ": no such folder",
                ExitStatus::wrong_use);
  }
  if (!is_run(folder)) {
    throw Error(
        shown_path(folder) + " is not a run: it has no run.json (a run is made by `assay run`)",
        ExitStatus::wrong_use);
  }
  const std::string file = shown_path(folder / "run.json");
  RunData data;
  data.folder = folder;
  JsonReading reading = read_json(folder / "run.json", largest_run_json);
  data.run = std::move(reading.value);
  const std::string again =
      ": run the suite again, which writes it anew and keeps the finished cells";
  if (!reading.problem.empty()) throw Error(file + " " + reading.problem + again);
  if (!data.run.is_object() || data.run.value("format", Json()) != "assay-run") {
    throw Error(file + " is damaged or not a run's" + again);
  }
  if (data.run.value("version", Json()) != run_version) {
    throw Error(file + " has version " + shown_json(data.run.value("version", Json())) +
                ", this assay reads version " + std::to_string(run_version) +
                ": use the assay that wrote it");
  }
  data.cells = planned_cells(data.run, file);

  using Place = std::tuple<std::string, std::string, std::uint64_t>;
  std::map<Place, std::vector<StoredCell>> found;
  for (StoredCell& stored : read_cells(folder)) {
    if (!stored.problem.empty()) {
      data.problems.push_back(
          shown_path(stored.file) + " " + stored.problem +
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
