// One finished cell as a file: format "assay-cell" (docs/results.md).
#pragma once

#include "host/store/block.h"

#include <assay/common/parameters_json.h>

#include <filesystem>
#include <string>
#include <vector>

namespace assay {

inline constexpr int cell_version = 1;

/// What a cell is: the `cell` part of its file.
struct CellIdentity {
  std::string benchmark, family, method, use, role;
  Json parameters = Json::object();
  std::uint64_t seed = 0;
  Seeds block;                  ///< the seeds it trained with
  std::string key;
  Json parts = Json::object();  ///< short hashes of what the key was made of, by name
};

/// A complete cell file. `outcome` is a row of a worker's "done" event (docs/protocol.md section 2):
/// its status, result and error are taken. `run` is the part that may differ between equal runs.
Json make_cell(const CellIdentity& identity, const Json& outcome, const Json& run);

/// As stored: indented, sorted keys, bytes that are not UTF-8 replaced.
std::string cell_text(const Json& cell);

/// A cell file that was found, or why it does not count.
struct StoredCell {
  std::filesystem::path file;
  Json document;        ///< null when `problem` is not empty
  std::string problem;  ///< "", or what is wrong with the file

  const std::string& text(const char* key) const;  ///< a text of the `cell` part
  std::uint64_t seed() const { return document["cell"]["seed"].get<std::uint64_t>(); }
  std::size_t block_size() const { return document["cell"]["block"].size(); }
  bool done() const { return document["status"] == "done"; }
  int attempt() const { return document["run"].value("attempt", 1); }
  int crashes() const { return document["run"].value("crashes", 0); }
  std::string error_kind() const;
};

/// Whether `a` counts rather than `b` where both are of one cell: a done one over a failed one, then the
/// higher attempt, then the larger block.
bool better(const StoredCell& a, const StoredCell& b);

/// Parses and checks one file's content: JSON, format, version, schema, hash.
StoredCell parse_cell(const std::filesystem::path& file, const std::string& content);

/// Every cell file below <run>/cells, damaged ones included, ordered by path; before them folders
/// that cannot be read.
std::vector<StoredCell> read_cells(const std::filesystem::path& run);

}  // namespace assay
