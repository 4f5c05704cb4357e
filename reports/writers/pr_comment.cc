// A comment on a pull request: short whatever the run holds. It is a small document of its own,
// written by the Markdown writer, and made smaller until it fits.
#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/sections/sections.h"
#include "reports/writers/claim_text.h"
#include "reports/writers/formats.h"

#include <assay/common/text.h>

#include <algorithm>
#include <map>

namespace assay::reports {

namespace {

constexpr std::ptrdiff_t most_lines = 60;
constexpr std::size_t most_bytes = 65'000;  // GitHub refuses comments above 65,536
constexpr std::size_t most_items = 40;      // of one kind, before anything is written
constexpr std::size_t most_text = 160;

std::string short_text(std::string_view foreign) {
  return shortened(one_line(foreign), most_text);
}

Text short_text(const Text& text) {
  Text out;
  for (const Span& span : text) out.push_back({short_text(span.text), span.kind, span.target});
  return out;
}

// How many of each kind are left out.
class LeftOut {
 public:
  void add(std::size_t count, const char* one, const char* many) {
    if (count > 0) parts_.push_back(counted(count, one, many));
  }
  bool empty() const { return parts_.empty(); }
  std::string text() const { return join(parts_, ", "); }

 private:
  std::vector<std::string> parts_;
};

std::string cells_sentence(const RunResults& results) {
  std::string text = std::to_string(results.count(CellState::done)) + " of " +
                     counted(results.cells(), "cell") + " done";
  if (const auto failed = results.count(CellState::failed); failed > 0) {
    text += ", " + std::to_string(failed) + " failed";
  }
  if (const auto missing = results.count(CellState::missing); missing > 0) {
    text += ", " + std::to_string(missing) + " missing";
  }
  return text;
}

std::string claims_sentence(const Analysis& analysis) {
  if (analysis.claims.empty()) return "The suite states no claims";
  std::string text;
  for (const Verdict verdict : {Verdict::refuted, Verdict::inconclusive, Verdict::supported}) {
    const auto count =
        std::count_if(analysis.claims.begin(), analysis.claims.end(),
                      [verdict](const ClaimResult& claim) { return claim.verdict == verdict; });
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + verdict_word(verdict);
  }
  return counted(analysis.claims.size(), "claim") + ": " + text;
}

std::string comparisons_sentence(const Analysis& analysis) {
  std::size_t better = 0, worse = 0, undecided = 0;
  for (const Comparison& comparison : analysis.comparisons) {
    better += comparison.outcome == Comparison::Outcome::better ? 1 : 0;
    worse += comparison.outcome == Comparison::Outcome::worse ? 1 : 0;
    undecided += comparison.outcome == Comparison::Outcome::undecided ? 1 : 0;
  }
  return "Against the baseline: " + std::to_string(better) + " better, " + std::to_string(worse) +
         " worse, " + std::to_string(undecided) + " undecided";
}

// What needs a look first: refuted, then open, then supported claims.
std::vector<Finding> sorted_claims(const Document& document) {
  std::vector<Finding> findings = claim_findings(document);
  const auto place = [](const Finding& finding) {
    return finding.tone == Tone::bad ? 0 : finding.tone == Tone::good ? 2 : 1;
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return place(a) < place(b); });
  for (Finding& finding : findings) {
    finding.statement = short_text(finding.statement);
    finding.details.clear();
  }
  return findings;
}

std::vector<TableRow> decided_rows(const Report& report) {
  std::vector<TableRow> worse, better;
  for (const Comparison& comparison : report.analysis.comparisons) {
    if (comparison.outcome == Comparison::Outcome::undecided) continue;
    const BenchmarkResults& benchmark = report.results.benchmarks[comparison.benchmark];
    const Metric* metric = benchmark.metric(comparison.metric);
    const bool good = comparison.outcome == Comparison::Outcome::better;
    const int decimals = metric == nullptr ? 3 : decimals_of(benchmark, *metric);
    TableRow row;
    row.cells = {Cell(Text{plain(good ? "better" : "worse")}, good ? Tone::good : Tone::bad),
                 code(short_text(benchmark.id)),
                 Cell(Text{code(short_text(comparison.method)), plain(" against "),
                           code(short_text(comparison.baseline))}),
                 short_text(metric == nullptr ? comparison.metric : metric->title) + " " +
                     difference_text(comparison.test.difference, decimals),
                 p_text("p", comparison.adjusted)};
    (good ? better : worse).push_back(std::move(row));
  }
  worse.insert(worse.end(), better.begin(), better.end());
  return worse;
}

// One line for each cause with its most frequent message, the most frequent cause first.
std::vector<TableRow> failure_rows(const RunResults& results) {
  struct Message {
    std::size_t count = 0;
    std::string example;
  };
  struct Cause {
    std::size_t count = 0;
    std::map<std::string, Message> messages;
  };
  std::map<std::string, Cause> causes;
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    for (const Row& row : benchmark.rows) {
      for (const SeedResult& seed : row.seeds) {
        if (seed.state != CellState::failed) continue;
        Cause& cause = causes[cause_of(seed)];
        ++cause.count;
        Message& message = cause.messages[seed.error_message];
        if (message.count++ > 0) continue;
        message.example = benchmark.id + "/" + row.name + "/" + std::to_string(seed.seed);
      }
    }
  }
  std::vector<std::pair<std::size_t, TableRow>> rows;
  for (const auto& [name, cause] : causes) {
    const auto frequent = std::max_element(
        cause.messages.begin(), cause.messages.end(),
        [](const auto& a, const auto& b) { return a.second.count < b.second.count; });
    std::string message = short_text(frequent->first);
    if (const std::size_t others = cause.messages.size() - 1; others > 0) {
      message += " (and " + counted(others, "other message") + ")";
    }
    TableRow row;
    row.cells = {std::to_string(cause.count), short_text(name), std::move(message),
                 code(short_text(frequent->second.example))};
    rows.emplace_back(cause.count, std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<TableRow> sorted;
  for (auto& [count, row] : rows) sorted.push_back(std::move(row));
  return sorted;
}

// Everything that the comment could show.
struct Material {
  std::vector<Finding> claims;
  std::vector<TableRow> decided, failures;
};

template <typename Item>
std::vector<Item> first(const std::vector<Item>& items, std::size_t count) {
  return {items.begin(),
          items.begin() + static_cast<std::ptrdiff_t>(std::min(count, items.size()))};
}

template <typename Item>
std::size_t beyond(const std::vector<Item>& items, std::size_t count) {
  return items.size() > count ? items.size() - count : 0;
}

void add_table(Section& section, std::vector<Column> columns, std::vector<TableRow> rows) {
  if (rows.empty()) return;
  Table table;
  table.columns = std::move(columns);
  table.rows = std::move(rows);
  section.add(std::move(table));
}

// With at most `limit` items of a kind, and half as many warnings.
Document comment(const Report& report, const Material& material, std::size_t limit) {
  const RunResults& results = report.results;
  const Analysis& analysis = report.analysis;
  const std::vector<std::string> warnings = first(analysis.warnings, (limit + 1) / 2);
  Document document;
  document.title = "Assay: " + short_text(results.title);

  Section verdict{"verdict", "Verdict", {}};
  verdict.add(Paragraph{
      {strong(claims_sentence(analysis)),
       plain(". " + comparisons_sentence(analysis) + ". " + cells_sentence(results) + ".")}});
  if (!warnings.empty()) {
    Callout callout{"Read this first", {}};
    for (const std::string& warning : warnings)
      callout.items.push_back({plain(short_text(warning))});
    verdict.add(std::move(callout));
  }
  document.sections.push_back(std::move(verdict));

  if (limit > 0 && !material.claims.empty()) {
    document.sections.push_back({"claims", "Claims", {}});
    document.sections.back().add(Findings{first(material.claims, limit)});
  }
  if (limit > 0 && !material.decided.empty()) {
    document.sections.push_back({"decided", "Decided against the baseline", {}});
    add_table(document.sections.back(),
              {{"Outcome", "", false},
               {"Benchmark", "", false},
               {"Method", "", false},
               {"Difference", "", false},
               {"Holm p", "", false}},
              first(material.decided, limit));
  }
  if (limit > 0 && !material.failures.empty()) {
    document.sections.push_back({"failed", "What failed", {}});
    add_table(document.sections.back(),
              {{"Cells", "", true},
               {"Cause", "", false},
               {"Message", "", false},
               {"For example", "", false}},
              first(material.failures, limit));
  }

  LeftOut left;
  left.add(beyond(analysis.warnings, (limit + 1) / 2), "warning", "warnings");
  left.add(beyond(material.claims, limit), "claim", "claims");
  left.add(beyond(material.decided, limit), "decided comparison", "decided comparisons");
  left.add(beyond(material.failures, limit), "cause of failures", "causes of failures");
  Section full{"full", "The full report", {}};
  Text text;
  if (!left.empty()) text.push_back(plain("Left out here: " + left.text() + ". "));
  text.push_back(plain("All of it is in "));
  text.push_back(code("report.html"));
  text.push_back(plain(" in the run's folder, which "));
  text.push_back(code("assay report"));
  text.push_back(plain(" writes."));
  full.add(Paragraph{std::move(text)});
  document.sections.push_back(std::move(full));
  return document;
}

}  // namespace

std::string write_pr_comment(const Report& report) {
  const Material material = {sorted_claims(report.document), decided_rows(report),
                             failure_rows(report.results)};
  for (std::size_t limit = most_items;; --limit) {
    Report small;
    small.document = comment(report, material, limit);
    std::string text = write_markdown(small);
    const bool fits =
        std::count(text.begin(), text.end(), '\n') <= most_lines && text.size() <= most_bytes;
    if (fits || limit == 0) return text;
  }
}

}  // namespace assay::reports
