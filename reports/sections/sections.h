// The parts of a report, each built from results and their analysis.
#pragma once

#include "reports/analysis/analysis.h"
#include "reports/model/document.h"

#include <limits>
#include <string>

namespace assay::reports {

/// The whole report: every section below, in reading order.
Document build_document(const RunResults& results, const Analysis& analysis);

Section verdict_section(const RunResults& results, const Analysis& analysis);
Section leaderboard_section(const RunResults& results, const Analysis& analysis);
Section heat_section(const RunResults& results, const Analysis& analysis);
Section pair_section(const RunResults& results, const Analysis& analysis);
/// Figures of one pool: mean ranks, aggregates over runs, performance profiles (pool_plots.cc).
std::vector<Block> pool_plots(const RunResults& results, const Pool& pool, const std::string& id);
Section benchmark_section(const RunResults& results, const Analysis& analysis);
Section cost_section(const RunResults& results, const Analysis& analysis);
/// Figures of one family's methods, quality against cost (pareto.cc).
std::vector<Block> cost_plots(const FamilyStandings& family, const std::string& id);
Section job_section(const RunResults& results);
Section failure_section(const RunResults& results);
Section method_section(const RunResults& results);
Section statistics_section(const RunResults& results, const Analysis& analysis);
Section provenance_section(const RunResults& results);
Section reproduce_section(const RunResults& results);

// Shared by sections (phrases.cc).

/// Decimals for a metric's values on a benchmark: the same wherever it is printed.
int decimals_of(const BenchmarkResults& benchmark, const Metric& metric);
/// One number of decimals for all means of a leaderboard.
int decimals_of(const FamilyStandings& family);
/// A family's title, else its id.
std::string family_title(const RunResults& results, const std::string& id);
/// The same with the metric, where the family's benchmarks are not all compared on one.
std::string standings_title(const RunResults& results, const FamilyStandings& family);
/// "Accuracy ↑": the arrow shows which way is better.
std::string title_with_arrow(const Metric& metric);
/// What a metric's numbers mean, with its direction in words.
std::string help_of(const Metric& metric);
/// Why a row ranks apart, as a mark after its name: " apart: sees all tasks at once".
Span apart_mark(const std::string& reason);
/// A row's name with its marks: baseline, apart.
Cell name_cell(const BenchmarkResults& benchmark, const Row& row);
/// "arXiv:2312.09390" as a link; other references as they stand.
Span paper_span(const std::string& paper);
/// "signal in fit"
std::string cause_of(const SeedResult& seed);
/// Beside the p of differences that are all equal: what it comes from.
std::string no_spread_text();
/// "sign-flip p = 0.063"
std::string sign_flip_text(const SignFlip& sign_flip);
/// "about 9 seeds would decide it", or what can be said instead.
std::string seeds_hint(const std::optional<std::size_t>& seeds, bool many_seeds);
/// A published value and what the run has to set beside it, as texts.
struct PublishedRow {
  std::string metric;  ///< its title
  std::string value;
  std::string ours;                                        ///< "" where the run has none
  double mean = std::numeric_limits<double>::quiet_NaN();  ///< of ours
  int decimals = 3;
};
PublishedRow published_row(const BenchmarkResults& benchmark, const Published& published);
/// All of a benchmark's (published.cc).
Table published_table(const BenchmarkResults& benchmark);
/// How an interval over several benchmarks was made where it is not over all of the seeds: " 4
/// seeds in common"; else "".
std::string seeds_note(const OverBenchmarks& over, std::size_t benchmarks);
/// "+0.031 [0.012, 0.050]"
std::string difference_text(const Estimate& difference, int decimals);

}  // namespace assay::reports
