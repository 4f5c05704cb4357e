// Runs a resolved suite into a run's folder: plan, what is left, workers, cells. No reports.
#pragma once

#include "host/executor/local_executor.h"
#include "host/executor/progress.h"
#include "host/plan/todo.h"
#include "host/store/run_reader.h"
#include "host/store/run_store.h"
#include "host/suite/apart.h"
#include "host/suite/catalogue.h"
#include "host/suite/filter.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// A suite as read, with what was needed to understand it.
struct SuiteToRun {
  Json suite;                           ///< SUITE, resolved
  std::string file, text;               ///< as given
  std::vector<std::string> overrides;   ///< KEY=VALUE as for --set: "seeds=3", ...
  std::optional<Selection> selection;   ///< what is to be computed of it; none: everything
  std::map<std::string, Json> families; ///< the families it names
  std::map<std::string, Json> methods;  ///< the methods it names, with "file" and "plugin_hash"
  Json build;
  std::vector<Json> expansions;         ///< of each benchmark
};

/// Takes from the catalogue what `suite` names, and asks the worker to expand its benchmarks. Throws
/// Error (wrong use) naming the benchmarks whose settings do not fit together.
SuiteToRun prepare_suite(const Json& suite, const Catalogue& catalogue);

/// The methods that rank apart on each of its benchmarks.
MethodsApart methods_apart(const SuiteToRun& suite);

struct RunOptions {
  std::filesystem::path out;            ///< the run's folder
  std::filesystem::path worker;         ///< assay-worker
  std::filesystem::path cache;          ///< the cache's folder
  std::size_t workers = 0;              ///< 0: one for each core
  bool fresh = false;
  bool retry_failed = false;
  Progress::Style style = Progress::Style::lines;
  std::vector<std::string> command;     ///< for the provenance
  const StopSignals* stop = nullptr;
};

struct RunResult {
  std::unique_ptr<RunStore> store;      ///< holds the run's lock, for what is still to be written
  bool interrupted = false;
  std::size_t jobs = 0;                 ///< that were to run, stages included
  std::size_t stages_reused = 0;
  std::size_t set_aside = 0;            ///< cells not tried for their crashes
  std::vector<std::string> notes;       ///< what was recomputed and why, files not used
  std::vector<std::string> unrecorded;  ///< failures that could not even be written
  double seconds = 0;
};

/// The plan, unselected cells marked, its blocks as run.json of `out` records them (if it is a run).
Plan plan_suite(const SuiteToRun& suite, const std::filesystem::path& out);

/// The run.json of a run (docs/results.md). `previous`: the one it replaces, or null.
Json run_document(const SuiteToRun& suite, const Plan& plan, const Json& previous,
                  const std::vector<std::string>& command);

/// Throws Error for what concerns the whole run (lock, folder, needs, workers that do not start).
/// Failed cells are not errors: they are in the run's folder.
RunResult run_suite(const SuiteToRun& suite, const RunOptions& options);

}  // namespace assay
