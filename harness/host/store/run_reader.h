// Reads a run's folder (docs/results.md): what the plan expects and what is there. Used by reports,
// `assay status`, and by the command itself to find out what is left to do.
#pragma once

#include <assay/common/parameters_json.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay {

/// Of run.json.
inline constexpr int run_version = 1;

enum class CellState {
  done,
  failed,
  missing,  ///< no file, or only files that do not count (damaged, foreign, of an older plan)
};

/// One cell of the plan with what the folder holds of it.
struct RunCell {
  std::string benchmark;
  std::string method;                ///< the variant's name in the suite, or a reference's id
  std::string use;                   ///< method id or reference id
  std::string role;                  ///< "method" or "reference"
  Json parameters = Json::object();
  std::uint64_t seed = 0;
  std::vector<std::uint64_t> block;  ///< as planned; the document says which it was
  std::string key;                   ///< trained with its block
  std::string key_alone;             ///< trained as a block of one

  CellState state = CellState::missing;
  Json document;                     ///< the whole cell file; null when missing
  std::filesystem::path file;        ///< the cell file; empty when missing
};

struct RunData {
  std::filesystem::path folder;
  Json run;                           ///< run.json
  std::vector<RunCell> cells;         ///< every cell of the plan, in the plan's order
  std::vector<std::string> problems;  ///< one sentence for each file that was not used, and why
  std::size_t outdated = 0;           ///< cells that have only files of an older plan
  int running_pid = 0;                ///< another command that is working on the run now, or 0

  std::size_t count(CellState state) const;
};

/// Whether `folder` looks like a run (has a run.json).
bool is_run(const std::filesystem::path& folder);

/// Throws Error naming the file when the folder is not a run, or run.json cannot be read or is of a
/// later version. Damaged cell files are reported in `problems` and their cells count as missing.
RunData load_run(const std::filesystem::path& folder);

}  // namespace assay
