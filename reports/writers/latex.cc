// Tables for a paper: the leaderboard and the benchmarks of each family, and the claims. A fragment
// for \input: it loads no package and defines no command.
#include "reports/analysis/best_group.h"
#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/sections/sections.h"
#include "reports/writers/claim_text.h"
#include "reports/writers/formats.h"
#include "reports/writers/latex_text.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace assay::reports {

namespace {

// As many as fit on a page with intervals.
constexpr std::size_t most_columns = 4;
constexpr const char* apart_marks[] = {"\\dagger", "\\ddagger", "\\S", "\\P"};

std::string label_part(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool harmless =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += harmless ? c : '-';
  }
  return out;
}

// "0.668 ± 0.012" with the estimate itself bold, and not what follows it.
std::string value_text(const std::string& text, bool bold) {
  if (!bold) return latex(text);
  const std::size_t end = std::min(text.find(' '), text.size());
  return "\\textbf{" + latex(text.substr(0, end)) + "}" + latex(text.substr(end));
}

// The reasons for which methods of a family rank apart, each with its mark.
class ApartMarks {
 public:
  explicit ApartMarks(const FamilyStandings& family) {
    for (const Standing& standing : family.standings) {
      const bool known =
          std::find(reasons_.begin(), reasons_.end(), standing.apart) != reasons_.end();
      if (!standing.apart.empty() && !known) reasons_.push_back(standing.apart);
    }
  }

  std::string name(const Standing& standing) const {
    if (standing.reference) return latex(standing.title);
    const auto found = std::find(reasons_.begin(), reasons_.end(), standing.apart);
    return "\\texttt{" + latex(standing.name) + "}" +
           (found == reasons_.end() ? ""
                                    : mark(static_cast<std::size_t>(found - reasons_.begin())));
  }

  /// For a caption.
  std::string note() const {
    std::string text;
    for (std::size_t i = 0; i < reasons_.size(); ++i) {
      text += " " + mark(i) + " ranked apart: " + latex(reasons_[i]) + ".";
    }
    return text;
  }

 private:
  // After the last sign they begin again, doubled.
  static std::string mark(std::size_t index) {
    std::string sign;
    for (std::size_t i = 0; i <= index / std::size(apart_marks); ++i) {
      sign += apart_marks[index % std::size(apart_marks)];
    }
    return "$^{" + sign + "}$";
  }

  std::vector<std::string> reasons_;
};

class LatexWriter {
 public:
  explicit LatexWriter(const Report& report) : report_(report), results_(report.results) {}

  std::string write() {
    for (std::size_t i = 0; i < report_.analysis.families.size(); ++i) {
      const FamilyStandings& family = report_.analysis.families[i];
      leaderboard(family, report_.analysis.pools.at(i));
      benchmarks(family);
    }
    claims();
    return header() + out_;
  }

 private:
  std::string header() const {
    std::string text =
        "% Tables of an Assay report: \\input this file. It needs \\usepackage{booktabs}, and\n"
        "% \\usepackage{textcomp} where LaTeX is older than 2020.\n"
        "% Suite " +
        one_line(results_.name) + ", run " + one_line(results_.started) + ".\n";
    if (!is_plain_latin(out_)) {
      text +=
          "% Some names have letters that pdfLaTeX does not know: compile with LuaLaTeX or "
          "XeLaTeX\n"
          "% and a font that has them.\n";
    } else if (std::any_of(out_.begin(), out_.end(), [](char c) { return (c & 0x80) != 0; })) {
      text += "% For accented letters pdfLaTeX needs \\usepackage[T1]{fontenc}.\n";
    }
    return text;
  }

  void begin(const std::string& caption, const std::string& label, const std::string& columns) {
    out_ += "\n\\begin{table}[tbp]\n\\centering\n\\small\n\\caption{" + caption +
            "}\n\\label{tab:" + label_part(results_.name + "-" + label) + "}\n\\begin{tabular}{" +
            columns + "}\n\\toprule\n";
  }
  void row(const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) out_ += (i == 0 ? "" : " & ") + cells[i];
    out_ += " \\\\\n";
  }
  void rule() { out_ += "\\midrule\n"; }
  void end() { out_ += "\\bottomrule\n\\end{tabular}\n\\end{table}\n"; }

  void leaderboard(const FamilyStandings& family, const Pool& pool);
  void benchmarks(const FamilyStandings& family);
  void published(const FamilyStandings& family);
  void benchmark_table(const FamilyStandings& family, const std::vector<std::size_t>& chosen,
                       const std::string& part, const std::string& label);
  std::string value(std::size_t b, const std::string& name,
                    const std::vector<std::string>& best) const;
  void claims();

  const Report& report_;
  const RunResults& results_;
  std::string out_;
};

std::string label_of(const FamilyStandings& family) {
  return family.only ? family.family : family.family + "-" + family.metric.id;
}

// First and last place that the method may hold; nothing where it is not compared with the others.
std::optional<std::pair<std::size_t, std::size_t>> places(const Pool& pool,
                                                          const Standing& standing) {
  const PoolMethod* method = standing.reference ? nullptr : pool.find(standing.name);
  if (method == nullptr || !pool.usable()) return std::nullopt;
  return pool.groups.rank_ranges.at(static_cast<std::size_t>(method - pool.methods.data()));
}

std::string places_text(const std::optional<std::pair<std::size_t, std::size_t>>& range) {
  if (!range) return "--";
  const std::string first = std::to_string(range->first);
  return range->first == range->second ? first : first + "--" + std::to_string(range->second);
}

void LatexWriter::leaderboard(const FamilyStandings& family, const Pool& pool) {
  const int decimals = decimals_of(family);
  std::string caption =
      latex(results_.title + ": " + standings_title(results_, family)) + ". Means over " +
      counted(family.benchmarks, "benchmark") +
      " with 95\\,\\% intervals over seeds; difference to the baseline on the same "
      "seeds; benchmarks on which a method is better / undecided / worse "
      "(Holm-corrected paired $t$ tests).";
  if (pool.usable()) {
    caption += std::string(" Places: those that the methods not told apart from this one span (") +
               (pool.unit == Pool::Unit::benchmarks ? "Wilcoxon tests over benchmarks"
                                                    : "paired $t$ tests over seeds") +
               ", Holm); bold: not told apart from the best.";
  }
  const ApartMarks apart(family);
  caption += apart.note();
  begin(caption, label_of(family) + "-leaderboard", "@{}lrrrrr@{}");
  row({"Method", "Places", "Benchmarks", latex(title_with_arrow(family.metric)),
       "Over the baseline", "B / U / W"});
  rule();
  bool references = false;
  for (const Standing& standing : family.standings) {
    if (standing.reference && !references) {
      references = true;
      rule();
    }
    std::string difference = "--", counts = "--";
    const std::size_t compared = standing.better + standing.worse + standing.undecided;
    if (!standing.reference && standing.over_baseline) {
      difference = latex(difference_text(standing.over_baseline->estimate, decimals));
      counts = std::to_string(standing.better) + " / " + std::to_string(standing.undecided) +
               " / " + std::to_string(standing.worse);
    } else if (!standing.reference) {
      difference = compared > 0 ? "not comparable" : "baseline";
    }
    const auto range = places(pool, standing);
    row({apart.name(standing), places_text(range),
         std::to_string(standing.benchmarks) + " of " + std::to_string(standing.planned),
         standing.benchmarks == 0 ? "no result"
                                  : value_text(estimate_text(standing.primary.estimate, decimals),
                                               range && range->first == 1),
         difference, counts});
  }
  end();
}

std::string LatexWriter::value(std::size_t b, const std::string& name,
                               const std::vector<std::string>& best) const {
  const BenchmarkResults& benchmark = results_.benchmarks[b];
  const Metric& primary = benchmark.primary();
  for (std::size_t r = 0; r < benchmark.rows.size(); ++r) {
    const Row& row = benchmark.rows[r];
    if (row.name != name) continue;
    const auto m = static_cast<std::size_t>(&primary - benchmark.metrics.data());
    const Measure& measure = report_.analysis.measures[b][r][m];
    const std::size_t used = measure.ratio ? measure.ratio->n : measure.estimate.n;
    if (used == 0) {
      if (row.count(CellState::failed) > 0) return "failed";
      return row.count(CellState::missing) > 0 ? "missing" : "no value";
    }
    const int decimals = decimals_of(benchmark, primary);
    const bool bold = std::find(best.begin(), best.end(), name) != best.end() &&
                      (!measure.ratio || measure.ratio->resolved);
    std::string text = value_text(measure.ratio ? ratio_text(*measure.ratio, decimals)
                                                : estimate_text(measure.estimate, decimals),
                                  bold);
    if (used < row.seeds.size()) {
      text += " ($n=" + std::to_string(used) + "$)";
    }
    return text;
  }
  return "--";
}

void LatexWriter::benchmark_table(const FamilyStandings& family,
                                  const std::vector<std::size_t>& chosen, const std::string& part,
                                  const std::string& label) {
  std::string caption = latex(results_.title + ": " + family_title(results_, family.family) + ", " +
                              title_with_arrow(family.metric)) +
                        part + ". Mean over seeds with 95\\,\\% interval.";
  if (family.metric.better != Metric::Better::neither) {
    caption +=
        " Bold: the best method and all that Holm-corrected paired $t$ tests do not tell "
        "apart from it.";
  }
  const ApartMarks apart(family);
  caption += apart.note();
  begin(caption, label, "@{}l" + std::string(chosen.size(), 'r') + "@{}");
  std::vector<std::string> head = {"Method"};
  std::vector<std::vector<std::string>> best;
  for (const std::size_t b : chosen) {
    head.push_back("\\texttt{" + latex(results_.benchmarks[b].id) + "}");
    best.push_back(best_group(results_, b));
  }
  row(head);
  rule();
  bool references = false;
  for (const Standing& standing : family.standings) {
    if (standing.reference && !references) {
      references = true;
      rule();
    }
    std::vector<std::string> cells = {apart.name(standing)};
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      cells.push_back(value(chosen[i], standing.name, best[i]));
    }
    row(cells);
  }
  end();
}

void LatexWriter::benchmarks(const FamilyStandings& family) {
  const std::vector<std::size_t>& all = family.members;
  const std::size_t tables = (all.size() + most_columns - 1) / most_columns;
  for (std::size_t i = 0; i < tables; ++i) {
    // As even as can be: five columns are three and two.
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(i * all.size() / tables);
    const auto to = all.begin() + static_cast<std::ptrdiff_t>((i + 1) * all.size() / tables);
    const std::string number = std::to_string(i + 1);
    benchmark_table(family, {from, to},
                    tables == 1 ? "" : " (" + number + " of " + std::to_string(tables) + ")",
                    label_of(family) + "-benchmarks" + (tables == 1 ? "" : "-" + number));
  }
  published(family);
}

void LatexWriter::published(const FamilyStandings& family) {
  const bool any = std::any_of(family.members.begin(), family.members.end(), [&](std::size_t b) {
    return !results_.benchmarks[b].published.empty();
  });
  if (!any) return;
  begin(latex(results_.title + ": " + standings_title(results_, family)) +
            ". Published values beside those of this run, whose settings differ.",
        label_of(family) + "-published", "@{}lllrrl@{}");
  row({"Benchmark", "Method", "Metric", "Published", "Here", "Source"});
  rule();
  for (const std::size_t b : family.members) {
    const BenchmarkResults& benchmark = results_.benchmarks[b];
    for (const Published& one : benchmark.published) {
      const PublishedRow texts = published_row(benchmark, one);
      row({"\\texttt{" + latex(benchmark.id) + "}", latex(one.method), latex(texts.metric),
           latex(texts.value), texts.ours.empty() ? "--" : latex(texts.ours), latex(one.source)});
    }
  }
  end();
}

void LatexWriter::claims() {
  const std::vector<Finding> findings = claim_findings(report_.document);
  if (findings.empty()) return;
  const ClaimRules rules = results_.claims.empty() ? ClaimRules() : results_.claims.front().rules;
  const std::string correction =
      rules.correction == Correction::none         ? ", $p$-values not corrected."
      : rules.correction == Correction::bonferroni ? " after Bonferroni's correction."
                                                   : " after Holm's correction.";
  begin(latex(results_.title) + ": the suite's claims and what the results say of them, at level " +
            number_text(rules.level) + correction,
        "claims", "@{}lp{0.78\\linewidth}@{}");
  row({"Verdict", "Claim"});
  for (const Finding& finding : findings) {
    rule();
    row({latex(finding.word), "\\emph{" + latex(finding.statement) + "}"});
    for (const Text& detail : finding.details) row({"", "{\\footnotesize " + latex(detail) + "}"});
  }
  end();
}

}  // namespace

std::string write_latex(const Report& report) {
  return LatexWriter(report).write();
}

}  // namespace assay::reports
