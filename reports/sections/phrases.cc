#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <cmath>
#include <regex>

namespace assay::reports {

int decimals_of(const BenchmarkResults& benchmark, const Metric& metric) {
  std::vector<double> all;
  for (const Row& row : benchmark.rows) {
    const std::vector<double> values = row.values(metric.id);
    all.insert(all.end(), values.begin(), values.end());
  }
  return decimals_for(all, metric.share);
}

int decimals_of(const FamilyStandings& family) {
  std::vector<double> means;
  for (const Standing& standing : family.standings) {
    means.push_back(standing.primary.estimate.mean);
  }
  return decimals_for(means, family.metric.share);
}

std::string family_title(const RunResults& results, const std::string& id) {
  return results.families.contains(id) ? results.families[id].value("title", id) : id;
}

std::string standings_title(const RunResults& results, const FamilyStandings& family) {
  const std::string title = family_title(results, family.family);
  return family.only ? title : title + ", " + family.metric.title;
}

std::string title_with_arrow(const Metric& metric) {
  const std::string unit = metric.unit.empty() ? "" : " (" + metric.unit + ")";
  switch (metric.better) {
    case Metric::Better::higher:
      return metric.title + unit + " \u2191";
    case Metric::Better::lower:
      return metric.title + unit + " \u2193";
    case Metric::Better::neither:
      break;
  }
  return metric.title + unit;
}

std::string help_of(const Metric& metric) {
  std::string help = metric.meaning.empty() ? metric.title : metric.meaning;
  if (metric.better == Metric::Better::higher) help += "; higher is better";
  if (metric.better == Metric::Better::lower) help += "; lower is better";
  return help;
}

Span apart_mark(const std::string& reason) {
  return muted(" apart: " + reason);
}

Cell name_cell(const BenchmarkResults& benchmark, const Row& row) {
  Text text{row.reference ? plain(row.title) : strong(row.name)};
  if (row.name == benchmark.baseline) text.push_back(muted(" baseline"));
  if (!row.apart.empty()) text.push_back(apart_mark(row.apart));
  return Cell(std::move(text));
}

Span paper_span(const std::string& paper) {
  // The link is made from checked digits alone; a plugin cannot send readers elsewhere.
  static const std::regex arxiv(R"(arXiv:([0-9]{4}\.[0-9]{4,5}))", std::regex::icase);
  std::smatch match;
  if (!std::regex_match(paper, match, arxiv)) return plain(paper);
  return {paper, Span::Kind::link, "https://arxiv.org/abs/" + match[1].str()};
}

std::string cause_of(const SeedResult& seed) {
  if (seed.state == CellState::missing) return "missing";
  const std::string kind = seed.error_kind.empty() ? "unknown" : seed.error_kind;
  return seed.error_phase.empty() ? kind : kind + " in " + seed.error_phase;
}

std::string sign_flip_text(const SignFlip& sign_flip) {
  return p_text(sign_flip.exact ? "sign-flip p" : "sign-flip p (sampled)", sign_flip.p);
}

std::string no_spread_text() {
  return "all differences are equal, so sign flips decide";
}

std::string seeds_hint(const std::optional<std::size_t>& seeds, bool many_seeds) {
  if (seeds) return "about " + std::to_string(*seeds) + " seeds would decide it";
  if (many_seeds) return "more than 1000 seeds would be needed: treat as equal";
  return "";
}

std::string seeds_note(const OverBenchmarks& over, std::size_t benchmarks) {
  const std::string n = std::to_string(over.estimate.n);
  if (benchmarks < 2 || over.seeds == OverBenchmarks::Seeds::shared) return "";
  if (over.seeds == OverBenchmarks::Seeds::partly) return " " + n + "\u00a0seeds in common";
  if (over.seeds == OverBenchmarks::Seeds::disjoint) return " no seeds in common";
  return " too few seeds in common";
}

std::string difference_text(const Estimate& difference, int decimals) {
  if (difference.n == 0) return "not comparable";
  std::string text = signed_number(difference.mean, decimals);
  if (difference.interval) text += " " + interval_text(*difference.interval, decimals, true);
  return text;
}

}  // namespace assay::reports
