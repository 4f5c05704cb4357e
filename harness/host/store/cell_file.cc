#include "host/store/cell_file.h"

#include "host/store/json_text.h"

#include <assay/common/hash.h>
#include <assay/common/text.h>

#include <algorithm>
#include <tuple>

namespace assay {

namespace {

namespace fs = std::filesystem;

// Two million points of curves; a real cell has a thousandth of it.
constexpr std::size_t largest_cell = std::size_t{64} << 20;

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// Without "hash" and "run", which are put aside and back: a copy would take as long as all the
// rest.
std::string hash_of(Json& cell) {
  Json::object_t& members = cell.get_ref<Json::object_t&>();
  auto hash = members.extract("hash"), run = members.extract("run");
  const std::string found = hash_bytes(dump(cell, -1));
  members.insert(std::move(hash));
  members.insert(std::move(run));
  return found;
}

bool all_unsigned(const Json& json) {
  return json.is_array() && !json.empty() &&
         std::all_of(json.begin(), json.end(),
                     [](const Json& x) { return x.is_number_unsigned(); });
}

using Test = bool (*)(const Json&);

bool is_text(const Json& json) {
  return json.is_string();
}
bool is_table(const Json& json) {
  return json.is_object();
}
bool is_unsigned(const Json& json) {
  return json.is_number_unsigned();
}
bool is_number(const Json& json) {
  return json.is_number() || json.is_null();
}
bool is_not_negative(const Json& json) {
  return json.is_number() && json.get<double>() >= 0;
}
// Counted in an int.
bool is_small_count(const Json& json) {
  return json.is_number_unsigned() && json.get<std::uint64_t>() <= 1'000'000'000;
}

bool is(const Json& table, const char* key, Test test) {
  return table.is_object() && table.contains(key) && test(table[key]);
}

bool is_absent_or(const Json& table, const char* key, Test test) {
  return !table.contains(key) || test(table[key]);
}

bool is_point(const Json& json) {
  return json.is_array() && json.size() == 2 && is_number(json[0]) && is_number(json[1]);
}

// The first thing that is not as the format says, or "": one function for each part of a cell file.
std::string identity_problem(const Json& identity) {
  for (const char* key : {"benchmark", "family", "method", "use", "role", "key"}) {
    if (!is(identity, key, is_text)) return std::string("\"cell.") + key + "\" is not a text";
  }
  if (!is(identity, "parameters", is_table)) return "\"cell.parameters\" is not a table";
  if (!is(identity, "seed", is_unsigned)) return "\"cell.seed\" is not a whole number";
  if (!is(identity, "block", all_unsigned)) return "\"cell.block\" is not a list of seeds";
  const Json& block = identity["block"];
  if (std::find(block.begin(), block.end(), identity["seed"]) == block.end()) {
    return "\"cell.seed\" is not one of \"cell.block\"";
  }
  if (!is(identity, "parts", is_table)) return "\"cell.parts\" is not a table";
  return "";
}

std::string result_problem(const Json& result) {
  if (!is(result, "metrics", is_table)) return "\"result.metrics\" is not a table";
  for (const auto& [name, value] : result["metrics"].items()) {
    if (!is_number(value)) return "the metric " + quote(name) + " is not a number";
  }
  if (!is_absent_or(result, "counts", is_table)) return "\"result.counts\" is not a table";
  if (!is_absent_or(result, "curves", is_table)) return "\"result.curves\" is not a table";
  if (!result.contains("curves")) return "";
  for (const auto& [name, curve] : result["curves"].items()) {
    if (!curve.is_array() || !std::all_of(curve.begin(), curve.end(), is_point)) {
      return "the curve " + quote(name) + " is not a list of pairs of numbers";
    }
  }
  return "";
}

std::string run_problem(const Json& run) {
  for (const char* key : {"attempt", "crashes"}) {
    if (is_absent_or(run, key, is_small_count)) continue;
    return std::string("\"run.") + key + "\" is not a count";
  }
  for (const char* key : {"seconds", "cpu_seconds", "peak_bytes"}) {
    if (is_absent_or(run, key, is_not_negative)) continue;
    return std::string("\"run.") + key + "\" is not a number of 0 or more";
  }
  for (const char* key : {"started", "host"}) {
    if (!is_absent_or(run, key, is_text)) return std::string("\"run.") + key + "\" is not a text";
  }
  return "";
}

std::string error_problem(const Json& error) {
  for (const char* key : {"kind", "phase", "message"}) {
    if (!is(error, key, is_text)) return std::string("\"error.") + key + "\" is not a text";
  }
  return is_absent_or(error, "log", is_text) ? "" : "\"error.log\" is not a text";
}

std::string schema_problem(const Json& cell) {
  if (!is(cell, "cell", is_table)) return "\"cell\" is not a table";
  if (std::string problem = identity_problem(cell["cell"]); !problem.empty()) return problem;
  if (!is(cell, "run", is_table)) return "\"run\" is not a table";
  if (std::string problem = run_problem(cell["run"]); !problem.empty()) return problem;
  if (!is(cell, "status", is_text)) return "\"status\" is not a text";
  if (cell["status"] == "done") {
    return is(cell, "result", is_table) ? result_problem(cell["result"])
                                        : "\"result\" is not a table";
  }
  if (cell["status"] != "failed") return "\"status\" is neither \"done\" nor \"failed\"";
  return is(cell, "error", is_table) ? error_problem(cell["error"]) : "\"error\" is not a table";
}

StoredCell check_cell(const fs::path& file, JsonReading reading) {
  StoredCell stored{.file = file, .document = nullptr, .problem = ""};
  Json& cell = reading.value;
  if (!reading.problem.empty()) {
    stored.problem = std::move(reading.problem);
  } else if (!cell.is_object() || cell.value("format", Json()) != "assay-cell") {
    stored.problem = "is not a cell file";
  } else if (cell.value("version", Json()) != cell_version) {
    stored.problem = "has version " + shown_json(cell.value("version", Json())) +
                     ", this command reads version " + std::to_string(cell_version);
  } else if (std::string problem = schema_problem(cell); !problem.empty()) {
    stored.problem = "does not follow the format: " + problem;
  } else if (cell.value("hash", Json()) != hash_of(cell)) {
    stored.problem = "has been changed or damaged: its hash does not fit";
  } else {
    stored.document = std::move(cell);
  }
  return stored;
}

// Exactly cells/<benchmark>/<method>/<block>/<seed>.json. A folder that cannot be read is a problem
// of its own; links to folders are not followed.
void find_files(const fs::path& folder, int below, std::vector<StoredCell>& problems,
                std::vector<fs::path>& files) {
  std::error_code problem;
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    std::error_code ignored;
    const fs::file_status status = entry->symlink_status(ignored);
    if (below > 0 && fs::is_directory(status)) {
      find_files(entry->path(), below - 1, problems, files);
    } else if (below == 0 && entry->path().extension() == ".json") {
      files.push_back(entry->path());
    }
  }
  if (problem) problems.push_back({folder, nullptr, "cannot be read: " + problem.message()});
}

}  // namespace

Json make_cell(const CellIdentity& identity, const Json& outcome, const Json& run) {
  Json cell = {{"format", "assay-cell"},
               {"version", cell_version},
               {"cell",
                {{"benchmark", identity.benchmark},
                 {"family", identity.family},
                 {"method", identity.method},
                 {"use", identity.use},
                 {"role", identity.role},
                 {"parameters", identity.parameters},
                 {"seed", identity.seed},
                 {"block", identity.block},
                 {"key", identity.key},
                 {"parts", identity.parts}}},
               {"run", run}};
  if (outcome.value("status", "") == "done") {
    cell["status"] = "done";
    cell["result"] = outcome.value("result", Json::object());
  } else {
    cell["status"] = "failed";
    cell["error"] = outcome.value("error", Json::object());
    for (const char* key : {"kind", "phase", "message"}) {
      if (!cell["error"].contains(key)) cell["error"][key] = "";
    }
  }
  // By way of its text, so that what the hash covers is what a reader parses (NaN has become null).
  cell = Json::parse(dump(cell, -1));
  cell["hash"] = hash_of(cell);
  return cell;
}

std::string cell_text(const Json& cell) {
  return dump(cell, 1) + "\n";
}

const std::string& StoredCell::text(const char* key) const {
  return document["cell"][key].get_ref<const std::string&>();
}

std::string StoredCell::error_kind() const {
  return done() ? "" : document["error"]["kind"].get<std::string>();
}

bool better(const StoredCell& a, const StoredCell& b) {
  return std::make_tuple(a.done(), a.attempt(), a.block_size()) >
         std::make_tuple(b.done(), b.attempt(), b.block_size());
}

StoredCell parse_cell(const std::filesystem::path& file, const std::string& content) {
  return check_cell(file, parse_json(content));
}

std::vector<StoredCell> read_cells(const std::filesystem::path& run) {
  std::vector<fs::path> files;
  std::vector<StoredCell> stored;
  std::error_code ignored;
  if (fs::is_directory(run / "cells", ignored)) find_files(run / "cells", 3, stored, files);
  std::sort(files.begin(), files.end());
  stored.reserve(stored.size() + files.size());
  for (const fs::path& file : files)
    stored.push_back(check_cell(file, read_json(file, largest_cell)));
  return stored;
}

}  // namespace assay
