#include "host/store/cell_file.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <algorithm>
#include <tuple>

namespace assay {

namespace {

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// Without "hash" and "run", which are put aside and back: a copy would take as long as all the rest.
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
         std::all_of(json.begin(), json.end(), [](const Json& x) { return x.is_number_unsigned(); });
}

// The first thing that is not as the format says, or "".
std::string schema_problem(const Json& cell) {
  const auto is = [](const Json& object, const char* key, auto test) {
    return object.is_object() && object.contains(key) && test(object[key]);
  };
  const auto text = [](const Json& x) { return x.is_string(); };
  const auto object = [](const Json& x) { return x.is_object(); };
  if (!is(cell, "cell", object)) return "\"cell\" is not a table";
  const Json& identity = cell["cell"];
  for (const char* key : {"benchmark", "family", "method", "use", "role", "key"}) {
    if (!is(identity, key, text)) return std::string("\"cell.") + key + "\" is not a text";
  }
  if (!is(identity, "parameters", object)) return "\"cell.parameters\" is not a table";
  if (!is(identity, "seed", [](const Json& x) { return x.is_number_unsigned(); })) {
    return "\"cell.seed\" is not a whole number";
  }
  if (!is(identity, "block", all_unsigned)) return "\"cell.block\" is not a list of seeds";
  if (!is(cell, "run", object)) return "\"run\" is not a table";
  if (!is(cell, "status", text)) return "\"status\" is not a text";
  if (cell["status"] == "done") {
    if (!is(cell, "result", object)) return "\"result\" is not a table";
    if (!is(cell["result"], "metrics", object)) return "\"result.metrics\" is not a table";
    for (const auto& [name, value] : cell["result"]["metrics"].items()) {
      if (!value.is_number() && !value.is_null()) return "the metric \"" + name + "\" is not a number";
    }
    return "";
  }
  if (cell["status"] != "failed") return "\"status\" is neither \"done\" nor \"failed\"";
  if (!is(cell, "error", object)) return "\"error\" is not a table";
  for (const char* key : {"kind", "phase", "message"}) {
    if (!is(cell["error"], key, text)) return std::string("\"error.") + key + "\" is not a text";
  }
  return "";
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

std::string cell_text(const Json& cell) { return dump(cell, 1) + "\n"; }

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
  StoredCell stored{.file = file, .document = nullptr, .problem = ""};
  Json cell = Json::parse(content, nullptr, false);
  if (cell.is_discarded()) {
    stored.problem = "is not complete JSON (truncated?)";
  } else if (!cell.is_object() || cell.value("format", Json()) != "assay-cell") {
    stored.problem = "is not a cell file";
  } else if (cell.value("version", Json()) != cell_version) {
    stored.problem = "has version " + dump(cell.value("version", Json()), -1) +
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

std::vector<StoredCell> read_cells(const std::filesystem::path& run) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  const fs::path cells = run / "cells";
  if (fs::is_directory(cells)) {
    for (auto entry = fs::recursive_directory_iterator(cells);
         entry != fs::recursive_directory_iterator(); ++entry) {
      // Exactly cells/<benchmark>/<method>/<block>/<seed>.json.
      if (entry.depth() == 3 && entry->path().extension() == ".json") files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<StoredCell> stored;
  stored.reserve(files.size());
  for (const fs::path& file : files) {
    try {
      stored.push_back(parse_cell(file, read_file(file)));
    } catch (const Error& error) {
      stored.push_back({.file = file, .document = nullptr, .problem = error.what()});
    }
  }
  return stored;
}

}  // namespace assay
