// A run's results, arranged for reports: benchmarks with rows, rows with one result a seed. Nothing
// here is computed; analysis.h does that.
#pragma once

#include "host/statistics/claims.h"
#include "host/store/job_log.h"
#include "host/store/run_reader.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::reports {

struct Metric {
  enum class Better { higher, lower, neither };

  std::string id, title, unit, meaning;
  Better better = Better::neither;
  bool primary = false;
  bool share = false;               ///< values lie in [-1, 2]: three decimals are right
  std::optional<RatioParts> ratio;  ///< a ratio of means; else a mean
};

using Curve = std::vector<std::pair<double, double>>;  ///< (step, value)

/// One cell.
struct SeedResult {
  std::uint64_t seed = 0;
  CellState state = CellState::missing;
  std::map<std::string, double> metrics;  ///< null in the file: not a number
  std::map<std::string, Curve> curves;
  std::map<std::string, double> counts;
  std::string error_kind, error_phase, error_message, error_log;  ///< of a failed cell
  std::string log_end;               ///< last lines of that log; "" where there is none
  std::vector<std::uint64_t> block;  ///< the seeds it trained with (as planned when missing)
  double seconds = 0, cpu_seconds = 0, peak_bytes = 0;
  std::string host;
  Json parts = Json::object();  ///< hashes of what its key is made of; empty when missing
  std::size_t run = 0;          ///< index in RunResults::runs

  /// Not a number when the cell is not done or lacks the metric.
  double metric(const std::string& id) const;
};

/// A row of a benchmark's table: a method variant or a reference.
struct Row {
  std::string name, use;
  std::string title;  ///< what is shown: the name, or a reference's title
  bool reference = false;
  std::string apart;  ///< why it ranks apart from the other methods; "": it does not
  Json parameters = Json::object();
  std::vector<SeedResult> seeds;  ///< one for each of the benchmark's seeds, in order

  std::vector<double> values(const std::string& metric) const;
  std::size_t count(CellState state) const;
};

struct BenchmarkResults {
  std::string id, title, family;
  std::string suite_id;  ///< its id in its suite: `id` has the run's name where that is not unique
  std::vector<Metric> metrics;
  std::vector<std::uint64_t> seeds;
  std::size_t first_seeds = 0;    ///< how many there were when it was first planned; 0: not known
  std::vector<Row> rows;          ///< methods in the suite's order, then references
  std::string baseline;           ///< name of a row, or "" when there is nothing to compare
  bool baseline_assumed = false;  ///< the suite names none: the first method
  Json settings = Json::object();
  std::vector<std::string> panel_curves = {};  ///< beginnings of the curves that panels show
  std::vector<Published> published = {};  ///< by others, to be shown beside the rows

  const Row* row(const std::string& name) const;
  const Metric* metric(const std::string& id) const;
  /// The first that its family calls primary.
  const Metric& primary() const;
};

/// One folder of results.
struct RunOrigin {
  std::string label;  ///< the suite's name; of several runs the folder's, unique among them
  std::string suite, suite_file, suite_text;
  std::vector<std::string> overrides;
  std::string started;
  Json provenance = Json::object();
};

struct RunResults {
  std::string name, title, description;
  std::string suite_file, suite_text;
  std::vector<std::string> overrides;
  std::string started;
  Json provenance = Json::object();
  Json families = Json::object(), methods = Json::object();
  std::vector<BenchmarkResults> benchmarks;
  std::vector<Claim> claims;
  std::vector<std::string> problems;  ///< files that were not used, and why
  std::size_t outdated = 0;           ///< cells with results of an older plan only
  std::vector<LoggedCommand> jobs;    ///< what the run's commands did when
  int running_pid = 0;                ///< another command works on the run
  std::filesystem::path folder;       ///< of the one run; empty for several
  std::vector<RunOrigin> runs;        ///< one, or those that were merged (merge.h)

  std::size_t count(CellState state) const;
  std::size_t cells() const;
};

/// Arranges `run`, with the baselines that its suite names or none. Throws Error when run.json does
/// not follow its format or has no cells.
RunResults arrange_results(const RunData& run);

/// Leaves out the metrics that no row of a benchmark has a number of, if it has one of any: a family
/// may measure kinds of tasks that are not alike. Then settles every benchmark's baseline: `wanted` where it has that row, else the suite's, else the
/// first method. Throws Error (wrong use) when no benchmark has `wanted`.
void settle_baselines(RunResults& results, const std::string& wanted = "");

/// arrange_results, then settle_baselines.
RunResults collect_results(const RunData& run, const std::string& baseline = "");

}  // namespace assay::reports
