// From results to numbers: estimates, comparisons with the baseline, standings, claims, warnings.
// Every writer prints these; none computes its own.
#pragma once

#include "host/statistics/claims.h"
#include "host/statistics/estimate.h"
#include "host/statistics/paired.h"
#include "host/statistics/ratio.h"
#include "reports/analysis/pool.h"
#include "reports/analysis/results.h"

#include <optional>
#include <string>
#include <vector>

namespace assay::reports {

/// One metric of one row over its seeds.
struct Measure {
  Estimate estimate;  ///< of the values; of a ratio unused
  std::optional<RatioEstimate> ratio;
};

/// A method against its benchmark's baseline.
struct Comparison {
  enum class Outcome { better, worse, undecided };

  std::size_t benchmark = 0;  ///< index in RunResults::benchmarks
  std::string method, baseline;
  std::string metric;   ///< the primary one; of a ratio its numerator
  PairedTest test;      ///< of method - baseline
  double adjusted = 0;  ///< p after Holm over all comparisons of the report
  Outcome outcome = Outcome::undecided;
  std::optional<std::size_t> seeds;  ///< when undecided: about how many would decide
  bool many_seeds = false;           ///< more than 1000: treat as equal
};

/// A row's place over the benchmarks of one FamilyStandings.
struct Standing {
  std::string name, title;
  bool reference = false;
  std::string apart;                                 ///< why it ranks apart, on one benchmark at least
  std::size_t benchmarks = 0;                        ///< where it has a result
  std::size_t planned = 0;                           ///< where it is a row
  OverBenchmarks primary;                            ///< of its values there
  std::optional<OverBenchmarks> over_baseline;       ///< of the paired differences
  std::size_t better = 0, worse = 0, undecided = 0;  ///< against the baseline, after Holm
  double seconds = 0;                                ///< mean of a seed
  std::vector<double> cell_seconds, cell_bytes;      ///< of the cells that are done and say it
};

/// The benchmarks of one family that are compared on one metric.
struct FamilyStandings {
  std::string family;                ///< id
  Metric metric;                     ///< the primary one
  bool only = true;                  ///< false: the family has others, compared on another metric
  std::vector<std::size_t> members;  ///< indices in RunResults::benchmarks
  std::size_t benchmarks = 0;        ///< how many these are
  std::vector<Standing> standings;  ///< methods in their pool's order, others, apart, references
};

struct Analysis {
  std::vector<std::vector<std::vector<Measure>>> measures;  ///< [benchmark][row][metric]
  std::vector<Comparison> comparisons;
  std::vector<FamilyStandings> families;
  std::vector<Pool> pools;  ///< one for each of these, in the same order
  std::vector<ClaimResult> claims;
  std::vector<std::string> warnings;  ///< sentences, the most serious first

  const Comparison* comparison(std::size_t benchmark, const std::string& method) const;
};

Analysis analyse(const RunResults& results);

/// The metric on which a benchmark's rows are compared seed by seed: the primary one, or of a ratio
/// its numerator, since the seeds of a ratio share its denominator.
const Metric& compared_metric(const BenchmarkResults& benchmark);

/// The metrics that a benchmark's first table shows (indices): the primary one, ratios and what
/// they divide, filled up to three.
std::vector<std::size_t> headline_metrics(const BenchmarkResults& benchmark);

/// Implemented in warnings.cc.
std::vector<std::string> find_warnings(const RunResults& results, const Analysis& analysis);

}  // namespace assay::reports
