// `assay compare BASE NEW`: what changed between two runs, and whether it became worse. Semantics
// and exit statuses: docs/compare.md.
#pragma once

#include "host/statistics/gate.h"
#include "reports/analysis/results.h"
#include "reports/compare/differences.h"

#include <assay/common/error.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::reports {

/// How much worse is still acceptable. Where both an absolute and a relative margin are given a
/// change must exceed both, so the larger one counts.
struct Margins {
  std::optional<double> absolute;            ///< in the metric's unit
  std::map<std::string, double> of_metrics;  ///< the same for single metrics, by id
  std::optional<double> relative;            ///< share of BASE's mean: 0.01 is 1 %

  bool any() const noexcept { return absolute || !of_metrics.empty() || relative; }
  double of(const std::string& metric, double base_mean) const;
};

struct CompareOptions {
  std::vector<std::string> metrics;  ///< ids; none: each benchmark's primary one
  Margins margins;
  bool gate_references = false;  ///< reference rows count for the verdict too
};

/// What became of one seed of a row.
enum class SeedChange {
  compared,  ///< measured in both runs
  fixed,     ///< measured in NEW only: failed, missing or not a number in BASE
  broken,    ///< measured in BASE only
  neither,   ///< planned in both, measured in none
  added,     ///< planned in NEW only
  gone,      ///< planned in BASE only
};

struct SeedComparison {
  std::uint64_t seed = 0;
  SeedChange change = SeedChange::compared;
  double base = 0, now = 0;  ///< not numbers where not measured
  std::string cause;         ///< of a broken or unmeasured one: "failed: timeout", "missing", ...
};

/// What became of a row, the most serious first.
enum class Change {
  regressed,
  broken,      ///< seeds measured in BASE, failed or missing in NEW
  unmeasured,  ///< no seed was measured in both
  inconclusive,
  improved,    ///< by more than the margin
  not_worse,   ///< passes, and may be better by more than the margin
  unchanged,   ///< within the margin, or the same bits
  fixed,       ///< measured in NEW only
  undirected,  ///< the metric has no better or worse
};

/// One metric of one row that both runs plan.
struct RowComparison {
  std::string benchmark, row, title;
  bool reference = false;
  Metric metric;
  std::string stands_for;  ///< the ratio that was asked for, whose numerator `metric` is; or ""
  Change change = Change::unmeasured;
  bool gated = false;      ///< counts for the verdict
  bool identical = false;  ///< every difference is exactly zero
  bool unpaired = false;   ///< no seed is planned in both runs: Welch's t
  double margin = 0;
  std::vector<SeedComparison> seeds;
  Estimate base, now;   ///< of the values compared
  GateTest test;        ///< of NEW - BASE, larger is better
  double adjusted = 1;  ///< p_regressed after Holm over the gated comparisons
  double p_improved = 1, adjusted_improved = 1;
  std::optional<std::size_t> seeds_to_decide;  ///< when inconclusive: about how many

  /// +1 when larger is better or the metric has no direction, else -1.
  double sign() const noexcept { return metric.better == Metric::Better::lower ? -1 : 1; }
  std::size_t count(SeedChange change) const;
  bool incomplete() const;  ///< a seed that both runs plan has no result in NEW
};

/// Something that one run has only.
struct OneSided {
  bool added = false;  ///< in NEW; else gone
  std::string benchmark;
  std::string row;     ///< "": the whole benchmark
  std::string metric;  ///< "": the whole row
};

/// One of the runs, for the head of a report.
struct RunSide {
  std::string folder, suite, started, commit;
  std::size_t done = 0, failed = 0, missing = 0;
  std::vector<std::string> problems;  ///< files that were not used, and why
  bool running = false;               ///< another command works on it
};

enum class CompareVerdict { regressed, nothing_measured, incomplete, inconclusive, passed };

struct RunComparison {
  RunSide base, now;
  CompareOptions options;
  CompareVerdict verdict = CompareVerdict::passed;
  std::vector<Difference> differences;  ///< between the runs' questions and means
  std::vector<RowComparison> rows;      ///< by seriousness, then as the suite has them
  std::vector<OneSided> one_sided;

  std::size_t count(Change change, bool gated_only) const;
  bool incomplete() const;
  /// 0, 1, 3 or 4 as docs/compare.md says.
  ExitStatus status() const;
};

/// Throws Error: wrong use when a metric is in neither run; missing when a run has no cells.
RunComparison compare_runs(const RunData& base, const RunData& now, const CompareOptions& options);

/// "regressed", "not worse", ...
const char* change_word(Change change);
const char* change_word(SeedChange change);
/// "regressed", "nothing measured", "incomplete", "inconclusive", "passed"
const char* verdict_word(CompareVerdict verdict);

}  // namespace assay::reports
