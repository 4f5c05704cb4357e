// A family: a kind of problem and its protocol, as the worker runs it. Not part of the plugin API.
#pragma once

#include <assay/common/parameters_json.h>
#include <assay/plugin.h>
#include <assay/run.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace assay {

using Seeds = std::vector<std::uint64_t>;

/// What a stage job or cell job reads: published stages by name, each a folder with stage.json and
/// safetensors files whose rows follow the block's seeds.
using StageInputs = std::map<std::string, std::filesystem::path>;

struct StageJob {
  Json settings;                      ///< the benchmark's resolved settings
  std::string stage;                  ///< "weak", "ceiling", ...
  std::vector<std::uint64_t> seeds;   ///< the block
  StageInputs inputs;
  std::filesystem::path output;       ///< an empty folder; files are written and synced here
  at::Device device = at::kCPU;       ///< where to compute; files hold what was moved to the CPU
};

/// One row of a cell job: a seed and, for a method, its resolved parameter values. The rows of a
/// sweep over `per_row` parameters repeat seeds.
struct CellRow {
  std::uint64_t seed = 0;
  Json parameters = Json::object();
};

struct CellJob {
  Json settings;
  std::string reference;              ///< a reference row ("weak", "ceiling"), or "" for a method
  const MethodEntry* method = nullptr;
  std::vector<CellRow> rows;
  StageInputs inputs;
  std::filesystem::path output;       ///< predictions.safetensors goes here
  std::filesystem::path checkpoint;   ///< a folder that outlives an interruption; empty: none
  at::Device device = at::kCPU;
};

/// What became of one row. When `failure` is empty, `result` has the keys metrics, curves, counts.
struct RowOutcome {
  std::string failure;                ///< the reason, or ""
  std::string phase;                  ///< "create", "fit", "predict", "score", "train", ...
  std::string kind;                   ///< "exception", "non_finite", "contract", "memory", "stage"
  Json result = Json::object();
};

class Family {
 public:
  virtual ~Family() = default;
  virtual std::string id() const = 0;
  /// The family's description (docs/protocol.md): settings, stages, metrics, references.
  virtual Json describe() const = 0;
  /// A benchmark that runs end to end in a few seconds, as a suite would write it, or a list: what
  /// `assay-worker --smoke` fits a method on, of several the first that offers what it needs.
  virtual Json smoke_settings() const { return Json::object(); }
  /// A resolved benchmark as stages and references (docs/protocol.md). Throws Error, naming the
  /// setting, for values that are each valid but do not fit together.
  virtual Json expand(const Json& settings) const = 0;
  /// Runs a stage for the rows run.seeds(); one outcome per row. Calls run.enter_phase. What it throws
  /// fails every row: the worker turns it into an error with its kind, phase and message, so only
  /// failures of single rows need an outcome.
  virtual std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) const = 0;
  virtual std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) const = 0;
  /// Runs a method on a small made-up problem: once as a cohort, once with one row alone, and
  /// returns every breach of the rules as a sentence (empty: conforms).
  virtual std::vector<std::string> check_conformance(const MethodEntry& method) const = 0;
};

/// All families, in the order they are listed.
const std::vector<const Family*>& families();
/// Throws Error naming the known ones.
const Family& find_family(const std::string& id);

}  // namespace assay
