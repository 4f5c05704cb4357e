// Methods against benchmarks in one table for each family: every row's value on the compared metric,
// coloured by its paired difference to the benchmark's baseline.
#include "reports/model/number_text.h"
#include "reports/panels/panels.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <cmath>

namespace assay::reports {

namespace {

constexpr int steps = 4;

struct FamilyTable {
  std::string family;
  std::vector<std::size_t> benchmarks;
  std::vector<std::string> rows;  // names, methods first
  double largest = 0;             // of the differences: the colours' scale
};

double difference_of(const Analysis& analysis, std::size_t benchmark, const std::string& row) {
  const Comparison* comparison = analysis.comparison(benchmark, row);
  return comparison == nullptr ? std::nan("") : comparison->test.difference.mean;
}

FamilyTable family_table(const RunResults& results, const Analysis& analysis,
                         const FamilyStandings& standings) {
  FamilyTable table{standings.family, standings.members, {}, 0};
  std::vector<std::string> references;
  const auto add = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const std::size_t b : table.benchmarks) {
    for (const Row& row : results.benchmarks[b].rows) {
      add(row.reference ? references : table.rows, row.name);
      const double difference = difference_of(analysis, b, row.name);
      if (std::isfinite(difference)) {
        table.largest = std::max(table.largest, std::abs(difference));
      }
    }
  }
  table.rows.insert(table.rows.end(), references.begin(), references.end());
  return table;
}

// Why there is no value.
Cell empty_cell(const Row& row) {
  for (const SeedResult& seed : row.seeds) {
    if (seed.state == CellState::failed) return Cell({plain(cause_of(seed))}, Tone::warning);
  }
  const bool missing = row.count(CellState::missing) > 0;
  return Cell(muted(missing ? "missing" : "not defined"));
}

int heat_step(double oriented, double largest) {
  if (!(largest > 0) || oriented == 0) return 0;
  const int step = static_cast<int>(std::ceil(steps * std::abs(oriented) / largest - 1e-9));
  return oriented > 0 ? std::min(step, steps) : -std::min(step, steps);
}

void add_difference(Cell& cell, const BenchmarkResults& benchmark, const Comparison& comparison,
                    double largest) {
  const Metric& metric = compared_metric(benchmark);
  const double difference = comparison.test.difference.mean;
  if (!std::isfinite(difference)) {
    cell.below = {muted("not comparable")};
    return;
  }
  const double oriented = metric.better == Metric::Better::lower ? -difference : difference;
  const bool decided = comparison.outcome != Comparison::Outcome::undecided;
  cell.heat->step = metric.better == Metric::Better::neither ? 0 : heat_step(oriented, largest);
  cell.heat->decided = decided;
  const char* sign = !decided ? "\u25cb " : oriented > 0 ? "\u25b2 " : "\u25bc ";
  cell.below = {plain(sign + signed_number(difference, decimals_of(benchmark, metric)))};
}

Cell value_cell(const RunResults& results, const Analysis& analysis, const FamilyTable& table,
                std::size_t b, const std::string& name) {
  const BenchmarkResults& benchmark = results.benchmarks[b];
  const Row* row = benchmark.row(name);
  if (row == nullptr) return Cell(muted("\u2014"));
  const Metric& metric = compared_metric(benchmark);
  const Estimate estimate = estimate_mean(row->values(metric.id));
  Cell cell = estimate.n == 0 ? empty_cell(*row)
                              : Cell(estimate_text(estimate, decimals_of(benchmark, metric)),
                                     estimate.mean);
  cell.heat = Heat{0, true, b, name};
  if (const Comparison* comparison = analysis.comparison(b, name); comparison && estimate.n > 0) {
    add_difference(cell, benchmark, *comparison, table.largest);
  } else if (name == benchmark.baseline) {
    cell.below = {muted("baseline")};
  }
  if (estimate.n > 0 && estimate.n < row->seeds.size()) {
    cell.below.push_back(muted(" n\u00a0" + std::to_string(estimate.n) + " of " +
                               std::to_string(row->seeds.size())));
  }
  return cell;
}

const Row* any_row(const RunResults& results, const FamilyTable& family, const std::string& name) {
  for (const std::size_t b : family.benchmarks) {
    if (const Row* row = results.benchmarks[b].row(name)) return row;
  }
  return nullptr;
}

Table heat_table(const RunResults& results, const Analysis& analysis, const FamilyTable& family) {
  const Metric& metric = compared_metric(results.benchmarks[family.benchmarks.front()]);
  Table table;
  table.heat = family.family;
  table.sortable = true;
  table.caption = title_with_arrow(metric) +
                  ": mean over seeds with its 95 % interval, and below it the paired difference to "
                  "the benchmark\u2019s baseline: \u25b2 better, \u25bc worse, \u25cb and hatched: not "
                  "told apart (Holm).";
  table.columns.push_back({"Method", "", false});
  for (const std::size_t b : family.benchmarks) {
    table.columns.push_back({results.benchmarks[b].id, results.benchmarks[b].title, true});
  }
  for (const std::string& name : family.rows) {
    const Row& row = *any_row(results, family, name);
    TableRow line;
    line.quiet = row.reference;
    line.cells.push_back(Cell(Text{row.reference ? plain(row.title) : strong(row.name)}));
    if (!row.apart.empty()) line.cells.back().text.push_back(apart_mark(row.apart));
    for (const std::size_t b : family.benchmarks) {
      line.cells.push_back(value_cell(results, analysis, family, b, name));
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

void add_panels(Section& section, const RunResults& results, const Analysis& analysis,
                const FamilyStandings& family, const std::string& id) {
  const FamilyPanels* panels = panels_of(family.family);
  if (panels == nullptr || panels->of_family == nullptr) return;
  std::vector<PanelInput> inputs;
  for (const std::size_t b : family.members) {
    inputs.push_back({&results.benchmarks[b], &analysis.measures[b], std::to_string(b + 1)});
  }
  for (Block& block : panels->of_family(inputs, id)) section.blocks.push_back(std::move(block));
}

}  // namespace

Section heat_section(const RunResults& results, const Analysis& analysis) {
  Section section{"overview", "Methods by benchmarks", {}};
  std::size_t index = 0;
  for (const FamilyStandings& standings : analysis.families) {
    ++index;
    if (analysis.families.size() > 1) {
      section.add(Heading{standings_title(results, standings),
                          "overview-" + std::to_string(index)});
    }
    section.add(heat_table(results, analysis,
                           family_table(results, analysis, standings)));
    add_panels(section, results, analysis, standings, std::to_string(index));
  }
  return section;
}

}  // namespace assay::reports
