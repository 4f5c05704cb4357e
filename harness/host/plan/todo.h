// What is left of a plan, given the cells that a run's folder holds.
#pragma once

#include "host/plan/plan.h"
#include "host/store/run_reader.h"

#include <map>
#include <string>
#include <vector>

namespace assay {

/// A cell whose worker has died this often is set aside.
inline constexpr int crash_limit = 3;

/// What the folder holds of one planned cell.
struct CellHistory {
  CellState state = CellState::missing;
  bool set_aside = false;  ///< failed, and not to be tried again without --retry-failed
  int attempts = 0;        ///< so far
  int crashes = 0;         ///< attempts that ended with the worker's death
  Json document;           ///< the cell file that counts; null when missing
};

/// Rows of one CellsJob to run together.
struct TodoJob {
  std::size_t job = 0;
  std::vector<std::size_t> rows;  ///< positions in CellsJob::cells
  bool whole = true;              ///< as planned, all rows; else one row as a block of its own
  std::vector<std::string> publish;  ///< whole: the variants whose block is to be published
  std::vector<std::size_t> open;     ///< whole: the rows of these variants that are not done; they run
                                     ///< singly when the whole fails
};

struct Todo {
  std::vector<TodoJob> jobs;
  std::vector<CellHistory> history;           ///< of each cell of the plan
  std::size_t outdated = 0;                   ///< cells there were, of another key
  std::map<std::string, std::size_t> changed; ///< part of the key -> outdated cells it changed
  std::vector<std::string> problems;          ///< files that were not used, and why
};

/// `run` need not exist yet. Rules (docs/results.md):
/// - cells that are not selected stay as they are;
/// - done cells stay; failed ones are tried again unless set aside (with `retry_failed`: those too);
/// - a row that failed inside a finished block, be it for its stage's row, or that was run alone
///   before, is run alone;
/// - rows of a block that was split after a crash are run alone;
/// - a variant's rows run either alone or with the whole job, never both;
/// - everything else runs as the whole planned job, so that it gives the same bits.
Todo find_todo(const Plan& plan, const std::filesystem::path& run, bool retry_failed);

}  // namespace assay
