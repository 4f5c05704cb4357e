#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <set>

namespace assay::reports {

namespace {

std::string cells_text(const RunResults& results) {
  std::string text = std::to_string(results.count(CellState::done)) + " done";
  if (const std::size_t failed = results.count(CellState::failed); failed > 0) {
    text += ", " + std::to_string(failed) + " failed";
  }
  if (const std::size_t missing = results.count(CellState::missing); missing > 0) {
    text += ", " + std::to_string(missing) + " missing";
  }
  return text + " of " + std::to_string(results.cells());
}

std::string claims_text(const Analysis& analysis) {
  if (analysis.claims.empty()) return "none";
  std::string text;
  for (const Verdict verdict : {Verdict::supported, Verdict::refuted, Verdict::inconclusive}) {
    const auto count =
        std::count_if(analysis.claims.begin(), analysis.claims.end(),
                      [verdict](const ClaimResult& claim) { return claim.verdict == verdict; });
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + verdict_word(verdict);
  }
  return text;
}

// "2025-01-31T12:00:05Z" as "2025-01-31 12:00 UTC"; other texts as they stand.
std::string date_text(const std::string& iso) {
  if (iso.size() < 16 || iso[10] != 'T') return iso;
  return iso.substr(0, 10) + " " + iso.substr(11, 5) + (iso.back() == 'Z' ? " UTC" : "");
}

std::string seed_counts(const RunResults& results) {
  std::set<std::size_t> counts;
  for (const BenchmarkResults& benchmark : results.benchmarks)
    counts.insert(benchmark.seeds.size());
  if (counts.empty()) return "none";
  const std::string low = std::to_string(*counts.begin());
  return counts.size() == 1 ? low : low + " to " + std::to_string(*counts.rbegin());
}

}  // namespace

Document build_document(const RunResults& results, const Analysis& analysis) {
  Document document;
  document.title = results.title;
  document.subtitle = results.description;
  document.facts = {{"Run", {plain(date_text(results.started))}},
                    {"Cells", {plain(cells_text(results))}},
                    {"Claims", {plain(claims_text(analysis))}},
                    {"Seeds per row", {plain(seed_counts(results))}},
                    {"Processor", {plain(results.provenance.value("processor", "unknown"))}}};
  document.sections = {verdict_section(results, analysis),
                       leaderboard_section(results, analysis),
                       heat_section(results, analysis),
                       pair_section(results, analysis),
                       benchmark_section(results, analysis),
                       cost_section(results, analysis),
                       job_section(results),
                       failure_section(results),
                       method_section(results),
                       statistics_section(results, analysis),
                       provenance_section(results),
                       reproduce_section(results)};
  const Json build = results.provenance.value("build", Json::object());
  document.footer = "Assay " + build.value("assay", "unknown version") + ", suite " + results.name +
                    ". This file needs no network and no script.";
  return document;
}

}  // namespace assay::reports
