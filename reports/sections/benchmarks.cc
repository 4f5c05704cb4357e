// One part for each benchmark: the table of its rows, every seed as a strip, learning curves.
#include "reports/model/number_text.h"
#include "reports/panels/panels.h"
#include "reports/sections/sections.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace assay::reports {

namespace {

// More lines than this in one figure's panels are not looked at one by one, and fill megabytes.
constexpr std::size_t most_seed_lines = 400;

// "5", or how many of them and what happened to the others.
Cell seeds_cell(const Row& row) {
  const std::size_t done = row.count(CellState::done);
  if (done == row.seeds.size()) return Cell(std::to_string(done), static_cast<double>(done));
  std::set<std::string> causes;
  for (const SeedResult& seed : row.seeds) {
    if (seed.state != CellState::done) causes.insert(cause_of(seed));
  }
  std::string text;
  for (const std::string& cause : causes) text += (text.empty() ? "" : ", ") + cause;
  Cell cell({plain(std::to_string(done) + " of " + std::to_string(row.seeds.size()) + ": " + text)},
            Tone::warning);
  cell.sort = static_cast<double>(done);
  return cell;
}

// What a metric's cell shows when the row has no value of it.
std::string nothing_text(const Row& row) {
  for (const SeedResult& seed : row.seeds) {
    if (seed.state == CellState::failed) return "failed: " + cause_of(seed);
  }
  return row.count(CellState::missing) > 0 ? "missing" : "not defined";
}

Cell measure_cell(const Row& row, const Measure& measure, int decimals) {
  if (measure.ratio) {
    const RatioEstimate& ratio = *measure.ratio;
    if (ratio.n == 0) return Cell(muted(nothing_text(row)));
    if (ratio.n == 1) return Cell(muted("1 seed: not defined"));
    Cell cell(ratio_text(ratio, decimals), ratio.ratio);
    if (!ratio.resolved) {
      cell.text = {plain("not defined"),
                   muted(" (divides by " + number(ratio.denominator_mean, decimals) + ", SE " +
                         number(ratio.denominator_error, decimals) + ")")};
    } else if (ratio.dropped > 0) {
      cell.text.push_back(muted(" n\u00a0" + std::to_string(ratio.n)));
    }
    return cell;
  }
  if (measure.estimate.n == 0) return Cell(muted(nothing_text(row)));
  Cell cell(estimate_text(measure.estimate, decimals), measure.estimate.mean);
  if (measure.estimate.n == 1) {
    cell.text.push_back(muted(" 1 seed"));
  } else if (measure.estimate.n < row.count(CellState::done)) {
    cell.text.push_back(muted(" n\u00a0" + std::to_string(measure.estimate.n)));
  }
  return cell;
}

// A reference is not compared, nor is the baseline with itself.
void add_comparison_cells(TableRow& line, const BenchmarkResults& benchmark, const Row& row,
                          const Comparison* comparison) {
  if (comparison == nullptr) {
    const std::string text =
        row.reference || row.name == benchmark.baseline ? "\u2014" : "no baseline";
    line.cells.emplace_back(muted(text));
    line.cells.emplace_back(muted(text));
    return;
  }
  const Metric* metric = benchmark.metric(comparison->metric);
  const Estimate& difference = comparison->test.difference;
  line.cells.emplace_back(
      difference_text(difference, metric == nullptr ? 3 : decimals_of(benchmark, *metric)),
      difference.mean);
  if (!comparison->test.testable()) {
    line.cells.emplace_back(muted("not testable"));
    return;
  }
  const std::string p = ", " + p_text("p", comparison->adjusted);
  switch (comparison->outcome) {
    case Comparison::Outcome::better:
      line.cells.emplace_back(Text{plain("better" + p)}, Tone::good);
      break;
    case Comparison::Outcome::worse:
      line.cells.emplace_back(Text{plain("worse" + p)}, Tone::bad);
      break;
    case Comparison::Outcome::undecided:
      line.cells.emplace_back(Text{plain("undecided" + p)}, Tone::open);
      break;
  }
}

Table metric_table(const BenchmarkResults& benchmark, std::size_t b, const Analysis& analysis,
                   const std::vector<std::size_t>& metrics, bool with_comparison) {
  Table table;
  table.sortable = true;
  table.columns.push_back({"Method", "", false});
  table.columns.push_back({"Seeds", "cells that are done; of the others the cause", true});
  for (const std::size_t m : metrics) {
    table.columns.push_back(
        {title_with_arrow(benchmark.metrics[m]), help_of(benchmark.metrics[m]), true});
  }
  if (with_comparison) {
    const std::string compared = compared_metric(benchmark).title;
    table.columns.push_back(
        {"Over " + (benchmark.baseline.empty() ? "baseline" : benchmark.baseline),
         "paired difference in " + compared + " with its 95 % interval", true});
    table.columns.push_back(
        {"Verdict", "paired t test, p after Holm over the report's comparisons", false});
  }
  for (std::size_t r = 0; r < benchmark.rows.size(); ++r) {
    const Row& row = benchmark.rows[r];
    TableRow line;
    line.quiet = row.reference;
    line.cells = {name_cell(benchmark, row), seeds_cell(row)};
    for (const std::size_t m : metrics) {
      line.cells.push_back(measure_cell(row, analysis.measures[b][r][m],
                                        decimals_of(benchmark, benchmark.metrics[m])));
    }
    if (with_comparison) {
      add_comparison_cells(line, benchmark, row, analysis.comparison(b, row.name));
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

StripPlot strip_plot(const BenchmarkResults& benchmark, const std::string& id) {
  const Metric& metric = compared_metric(benchmark);
  const int decimals = decimals_of(benchmark, metric);
  StripPlot plot;
  plot.id = "strip-" + id;
  plot.title = metric.title + " of every seed on " + benchmark.title;
  plot.description =
      "One strip for each row; each mark is one seed, the vertical bar the mean, the band its 95 % "
      "interval. Open marks and dashed lines are references. The same numbers are in the table "
      "below.";
  plot.axis = title_with_arrow(metric);
  for (const Row& row : benchmark.rows) {
    const Estimate estimate = estimate_mean(row.values(metric.id));
    StripRow strip;
    strip.label = row.title;
    strip.reference = row.reference;
    strip.mean = estimate.mean;
    strip.interval = estimate.interval;
    strip.note = estimate.n == 0 ? nothing_text(row) : estimate_text(estimate, decimals);
    for (const SeedResult& seed : row.seeds) {
      const double value = seed.metric(metric.id);
      strip.values.push_back(value);
      strip.names.push_back("seed " + std::to_string(seed.seed) + ": " + number(value, decimals));
    }
    plot.rows.push_back(std::move(strip));
  }
  return plot;
}

// A line for each seed from the baseline's value to the method's: lines that all rise or all fall
// are what a paired test sees.
CurvePlot paired_plot(const BenchmarkResults& benchmark, const std::string& id) {
  const Metric& metric = compared_metric(benchmark);
  CurvePlot plot;
  plot.id = "pairs-of-" + id;
  plot.title = metric.title + ", seed by seed, on " + benchmark.title;
  plot.description = "Each thin line joins one seed\u2019s values; the thick line joins the means.";
  plot.y_axis = metric.title;
  const Row* baseline = benchmark.row(benchmark.baseline);
  if (baseline == nullptr || benchmark.rows.size() * benchmark.seeds.size() > most_seed_lines) {
    return plot;
  }
  const std::vector<double> before = baseline->values(metric.id);
  for (const Row& row : benchmark.rows) {
    if (row.reference || &row == baseline) continue;
    const std::vector<double> after = row.values(metric.id);
    CurvePanel panel;
    panel.title = row.title;
    panel.x_names = {baseline->name, row.name};
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (!std::isfinite(before[i]) || !std::isfinite(after[i])) continue;
      panel.seeds.push_back({{0, before[i]}, {1, after[i]}});
    }
    if (panel.seeds.empty()) continue;
    panel.main = mean_curve(panel.seeds).mean;
    plot.panels.push_back(std::move(panel));
  }
  return plot;
}

Table seed_table(const BenchmarkResults& benchmark) {
  const Metric& metric = compared_metric(benchmark);
  const int decimals = decimals_of(benchmark, metric);
  Table table;
  table.caption = title_with_arrow(metric) + " of every seed";
  table.columns.push_back({"Seed", "", false});
  for (const Row& row : benchmark.rows) table.columns.push_back({row.title, "", true});
  for (std::size_t s = 0; s < benchmark.seeds.size(); ++s) {
    TableRow line;
    line.cells.emplace_back(std::to_string(benchmark.seeds[s]));
    for (const Row& row : benchmark.rows) {
      const SeedResult& seed = row.seeds[s];
      const double value = seed.metric(metric.id);
      line.cells.emplace_back(
          seed.state == CellState::done ? number(value, decimals) : cause_of(seed), value);
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

// A family may name the curves (by their beginnings) that its panels show.
std::set<std::string> curve_names(const BenchmarkResults& benchmark) {
  const bool panels = panels_of(benchmark.family) != nullptr;
  const auto in_panels = [&](const std::string& name) {
    return panels && std::any_of(benchmark.panel_curves.begin(), benchmark.panel_curves.end(),
                                 [&](const std::string& one) { return name.starts_with(one); });
  };
  std::set<std::string> names;
  for (const Row& row : benchmark.rows) {
    for (const SeedResult& seed : row.seeds) {
      for (const auto& [name, curve] : seed.curves) {
        if (curve.size() > 1 && !in_panels(name)) names.insert(name);
      }
    }
  }
  return names;
}

// The plot of one curve, and a table of where its means begin and end.
void add_curves(std::vector<Block>& blocks, const BenchmarkResults& benchmark,
                const std::string& id, const std::string& name) {
  const bool every_seed = benchmark.rows.size() * benchmark.seeds.size() <= most_seed_lines;
  CurvePlot plot;
  plot.id = "curve-" + id;
  plot.title = name + " on " + benchmark.title;
  plot.description = std::string("One panel for each row, all on one scale. ") +
                     (every_seed ? "Thin lines are seeds, the thick line is their mean "
                                 : "The seeds are too many to draw; the line is their mean ") +
                     "with its 95 % interval; the table below gives its ends.";
  plot.x_axis = "epoch";
  plot.y_axis = name;
  Table table;
  table.caption = name + ": mean over seeds";
  table.columns = {{"Row", "", false},
                   {"First epoch", "", true},
                   {"Value", "", true},
                   {"Last epoch", "", true},
                   {"Value", "", true}};
  for (const Row& row : benchmark.rows) {
    CurvePanel panel;
    panel.title = row.title;
    panel.reference = row.reference;
    for (const SeedResult& seed : row.seeds) {
      const auto found = seed.curves.find(name);
      if (found != seed.curves.end() && found->second.size() > 1)
        panel.seeds.push_back(found->second);
    }
    if (panel.seeds.empty()) continue;
    CurveMean curve = mean_curve(panel.seeds);
    if (!curve.mean.empty()) {
      const auto& [first, start] = curve.mean.front();
      const auto& [last, end] = curve.mean.back();
      table.rows.push_back(
          {{row.title, number(first, 0), number(start, 4), number(last, 0), number(end, 4)},
           "",
           row.reference});
    }
    if (!every_seed) panel.seeds.clear();
    panel.main = std::move(curve.mean);
    panel.band_low = std::move(curve.low);
    panel.band_high = std::move(curve.high);
    plot.panels.push_back(std::move(panel));
  }
  blocks.push_back(Block{std::move(plot)});
  blocks.push_back(Block{Details{"Ends of the curves as a table", blocks_of(std::move(table))}});
}

}  // namespace

Section benchmark_section(const RunResults& results, const Analysis& analysis) {
  Section section{"benchmarks", "Benchmarks", {}};
  for (std::size_t b = 0; b < results.benchmarks.size(); ++b) {
    const BenchmarkResults& benchmark = results.benchmarks[b];
    const std::string number = std::to_string(b + 1);
    section.add(Heading{benchmark.title, "benchmark-" + number});
    section.add(Paragraph{
        {code(benchmark.id), muted(" \u00b7 " + benchmark.family + " \u00b7 "),
         muted(counted(benchmark.seeds.size(), "seed") + ": " + seeds_text(benchmark.seeds))}});
    const std::vector<std::size_t> headline = headline_metrics(benchmark);
    std::vector<std::size_t> rest;
    for (std::size_t m = 0; m < benchmark.metrics.size(); ++m) {
      if (std::find(headline.begin(), headline.end(), m) == headline.end()) rest.push_back(m);
    }
    section.add(metric_table(benchmark, b, analysis, headline, true));
    if (!benchmark.published.empty()) section.add(published_table(benchmark));
    section.add(strip_plot(benchmark, number));
    section.add(Details{"Every seed as a table", blocks_of(seed_table(benchmark))});
    if (const FamilyPanels* panels = panels_of(benchmark.family)) {
      for (Block& block : panels->of_benchmark({&benchmark, &analysis.measures[b], number})) {
        section.blocks.push_back(std::move(block));
      }
    }
    if (CurvePlot pairs = paired_plot(benchmark, number); !pairs.panels.empty()) {
      section.add(
          Details{"Seed by seed against " + benchmark.baseline, blocks_of(std::move(pairs))});
    }
    if (!rest.empty()) {
      section.add(Details{counted(rest.size(), "further metric"),
                          blocks_of(metric_table(benchmark, b, analysis, rest, false))});
    }
    std::vector<Block> curves;
    std::size_t index = 0;
    for (const std::string& name : curve_names(benchmark)) {
      add_curves(curves, benchmark, number + "-" + std::to_string(++index), name);
    }
    if (!curves.empty()) section.add(Details{"Learning curves", std::move(curves)});
  }
  return section;
}

}  // namespace assay::reports
