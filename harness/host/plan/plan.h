// A suite as a graph of jobs: which stages, which cells, in which blocks, under which keys. Pure: it
// knows neither what the run's folder nor what the cache holds (see todo.h).
#pragma once

#include "host/store/cell_file.h"

#include <assay/common/parameters_json.h>

#include <map>
#include <string>
#include <vector>

namespace assay {

/// What a plan is made from. All documents as docs/protocol.md describes them.
struct PlanInputs {
  Json suite;                      ///< SUITE, resolved
  Json build;                      ///< BUILD of the worker
  std::map<std::string, Json> methods;  ///< id -> METHOD with "file" and "plugin_hash"
  std::vector<Json> expansions;    ///< EXPANSION of each benchmark, in the suite's order
  Json recorded_blocks;            ///< "blocks" of an earlier run.json, or null
};

/// A stage for one block of seeds. Equal keys are one stage, whichever benchmarks ask for it.
struct PlannedStage {
  std::string key;
  Json components;                            ///< what the key hashes, by name
  std::string benchmark;                      ///< the first that asks for it
  std::string family, name, title;
  Json settings;                              ///< the benchmark's resolved settings
  Seeds seeds;
  std::map<std::string, std::size_t> inputs;  ///< name -> index in Plan::stages
  double cost = 1;                            ///< relative, of the whole block
};

/// One cell. It can be trained with its block (`identity.key`), or as a block of one after its block
/// failed (`key_alone`); the two differ in the last bits.
struct PlannedCell {
  CellIdentity identity;
  std::string key_alone;
  Json parts_alone = Json::object();
  bool wanted = true;       ///< false: its seed is not in the suite, but its recorded block has it
  bool selected = true;     ///< false: it is in the suite, but not to be computed now
  std::size_t order = 0;    ///< place of benchmark and method in the suite, for listing

  /// The identity as a block of one.
  CellIdentity alone() const;
};

/// Cells that train together. Variants of a sweep over `per_row` parameters share one job.
struct CellsJob {
  std::size_t benchmark = 0;                  ///< index in the suite
  std::string family;
  Json settings;
  std::string use;                            ///< method id or reference id
  bool reference = false;
  std::string plugin, plugin_hash;            ///< methods only
  std::vector<std::size_t> cells;             ///< the job's rows: indices in Plan::cells
  Seeds block;                                ///< the seeds of each variant, in order
  std::map<std::string, std::size_t> inputs;  ///< name -> index in Plan::stages
  double cost = 1;                            ///< relative, of all rows
};

struct Plan {
  Json suite;
  std::vector<PlannedStage> stages;           ///< inputs come before their users
  std::vector<CellsJob> jobs;
  std::vector<PlannedCell> cells;
  Json blocks;                                ///< for run.json: benchmark -> list of blocks

  /// Indices of the wanted cells, ordered by benchmark, method, seed: as run.json lists them.
  std::vector<std::size_t> listed() const;
};

/// Throws Error (wrong use) naming every method whose `needs` its benchmark does not offer.
Plan make_plan(const PlanInputs& inputs);

/// The blocks of one benchmark. Fixed rule, from the seeds and `cohort` (rows at most) alone: blocks
/// recorded earlier stay unless they have more seeds than `cohort`; the seeds not in them are cut, in
/// order, into the fewest blocks of nearly equal size, but two at least from ten seeds on. Returns the recorded blocks, then the new ones.
std::vector<Seeds> make_blocks(const Seeds& seeds, std::size_t cohort,
                               const std::vector<Seeds>& recorded);

}  // namespace assay
