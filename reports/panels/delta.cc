// Delta learning: the student along its way with the start beside it, what the margin buys, and
// which pairs of teachers teach.
#include "reports/model/number_text.h"
#include "reports/panels/panels.h"
#include "reports/panels/support.h"
#include "reports/sections/sections.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace assay::reports {

namespace {

std::string curve_of(const BenchmarkResults& benchmark) {
  return "curve." + benchmark.primary().id;
}

// Values of the mean curves at every step that one of them has.
Table step_table(const BenchmarkResults& benchmark, const std::string& name) {
  std::set<double> steps;
  for (const Row& row : benchmark.rows) {
    for (const auto& [step, value] : mean_line(row, name)) steps.insert(step);
  }
  Table table;
  table.columns.push_back({"Row", "", false});
  for (const double step : steps) table.columns.push_back({"Step " + number(step, 0), "", true});
  for (const Row& row : benchmark.rows) {
    const PlotPoints mean = mean_line(row, name);
    if (mean.empty()) continue;
    TableRow line;
    line.quiet = row.reference;
    line.cells.emplace_back(row.title);
    for (const double step : steps) {
      const double value = value_at(mean, step);
      line.cells.push_back(std::isfinite(value) ? Cell(number(value, 3), value)
                                                : Cell(muted("\u2014")));
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

// The start's value at every step: what a student that is not trained keeps.
PlotPoints start_line(const BenchmarkResults& benchmark, double last) {
  const Row* start = find_reference(benchmark, "start");
  if (start == nullptr) return {};
  const PlotPoints mean = mean_line(*start, curve_of(benchmark));
  if (mean.empty()) return {};
  return {{0, mean.front().second}, {last, mean.front().second}};
}

std::vector<Block> curves(const PanelInput& input) {
  const BenchmarkResults& benchmark = *input.benchmark;
  CurvePlot plot;
  plot.id = "curve-" + input.id;
  plot.title = benchmark.primary().title + " over steps on " + benchmark.title;
  plot.description =
      "Mean over seeds with its 95 % interval. The thin line is the start: a student below it has "
      "lost by being trained.";
  plot.x_axis = "step";
  plot.y_axis = title_with_arrow(benchmark.primary());
  for (const Row& row : benchmark.rows) {
    CurveMean curve = mean_curve(curves_of(row, curve_of(benchmark)));
    if (curve.mean.size() < 2) continue;
    CurvePanel panel;
    panel.title = row.title;
    panel.reference = row.reference;
    PlotPoints start = start_line(benchmark, curve.mean.back().first);
    if (!start.empty()) panel.seeds.push_back(std::move(start));
    panel.main = std::move(curve.mean);
    panel.band_low = std::move(curve.low);
    panel.band_high = std::move(curve.high);
    plot.panels.push_back(std::move(panel));
  }
  if (plot.panels.empty()) return {};
  Table table = step_table(benchmark, curve_of(benchmark));
  table.caption = plot.title + ", means over seeds";
  return blocks_of(std::move(plot), Details{"Steps as a table", blocks_of(std::move(table))});
}

// The measure against the margin, step by step, of the means over seeds.
std::vector<Block> margins(const PanelInput& input) {
  const BenchmarkResults& benchmark = *input.benchmark;
  CurvePlot plot;
  plot.id = "margin-" + input.id;
  plot.title = benchmark.primary().title + " against margin on " + benchmark.title;
  plot.description =
      "How good the student is against the margin of held-out pairs, from step to step, means over "
      "seeds. Losses raise the margin; where the line bends down it no longer buys anything. The "
      "faint lines are the other rows.";
  plot.x_axis = "margin";
  plot.y_axis = title_with_arrow(benchmark.primary());
  plot.others = true;
  for (const Row& row : benchmark.rows) {
    const PlotPoints measure = mean_line(row, curve_of(benchmark));
    CurvePanel panel;
    panel.title = row.title;
    panel.reference = row.reference;
    for (const auto& [step, margin] : mean_line(row, "curve.margin")) {
      const double value = value_at(measure, step);
      if (std::isfinite(value)) panel.main.emplace_back(margin, value);
    }
    if (panel.main.size() > 1) plot.panels.push_back(std::move(panel));
  }
  if (plot.panels.empty()) return {};
  Table table = step_table(benchmark, "curve.margin");
  table.caption = "Margin of held-out pairs by step, means over seeds";
  std::string summary = plot.title;
  return blocks_of(Details{std::move(summary), blocks_of(std::move(plot), std::move(table))});
}

// What else changes on the way, a table for each metric: how many samples still end says where a
// language model begins to degenerate.
std::vector<Block> further(const PanelInput& input) {
  const BenchmarkResults& benchmark = *input.benchmark;
  std::vector<Block> tables;
  for (const Metric& metric : benchmark.metrics) {
    if (metric.id == benchmark.primary().id || metric.id == "margin") continue;
    Table table = step_table(benchmark, "curve." + metric.id);
    if (table.rows.empty()) continue;
    table.caption = metric.title + " by step, means over seeds";
    for (Block& block : blocks_of(std::move(table))) tables.push_back(std::move(block));
  }
  if (tables.empty()) return {};
  return blocks_of(
      Details{"What else changes on the way, on " + benchmark.title, std::move(tables)});
}

std::vector<Block> of_benchmark(const PanelInput& input) {
  std::vector<Block> blocks = curves(input);
  for (Block& block : margins(input)) blocks.push_back(std::move(block));
  for (Block& block : further(input)) blocks.push_back(std::move(block));
  return blocks;
}

/// What the pairs of a benchmark are made from.
struct Teachers {
  double better = 0, worse = 0;  ///< as the method sees them: reversed pairs have changed places
};

// Nothing where the run's settings are not those of this family's benchmarks.
std::optional<Teachers> teachers_of(const BenchmarkResults& benchmark) {
  const Json& settings = benchmark.settings;
  if (!settings.contains("pairs") || !settings.contains("task")) return std::nullopt;
  const Json& pairs = settings.at("pairs");
  if (!pairs.is_object() || !pairs.contains("chosen") || !pairs.contains("rejected")) {
    return std::nullopt;
  }
  if (!pairs.at("chosen").is_number() || !pairs.at("rejected").is_number()) return std::nullopt;
  Teachers teachers{pairs.at("chosen").get<double>(), pairs.at("rejected").get<double>()};
  const auto reversed = pairs.find("reversed");
  if (reversed != pairs.end() && *reversed == true) std::swap(teachers.better, teachers.worse);
  return teachers;
}

/// Benchmarks that differ in their teachers alone: all other settings are equal.
std::string others_of(const BenchmarkResults& benchmark) {
  Json settings = benchmark.settings;
  for (const char* key : {"chosen", "rejected", "reversed"}) settings.at("pairs").erase(key);
  return settings.dump();
}

std::string task_of(const BenchmarkResults& benchmark) {
  const Json& task = benchmark.settings.at("task");
  const auto use = task.find("use");
  return use != task.end() && use->is_string() ? use->get<std::string>() : benchmark.title;
}

using Grid = std::map<double, std::map<double, Estimate>>;  // by chosen, then by rejected

Table grid_table(const Grid& grid) {
  std::set<double> rejected;
  for (const auto& [chosen, line] : grid) {
    for (const auto& [other, gain] : line) rejected.insert(other);
  }
  Table table;
  table.columns.push_back({"Chosen", "", true});
  for (const double other : rejected) {
    table.columns.push_back({"rejected " + number_text(other), "", true});
  }
  for (const auto& [chosen, line] : grid) {
    TableRow row;
    row.cells.push_back(Cell(strong(number_text(chosen))));
    for (const double other : rejected) {
      const auto found = line.find(other);
      row.cells.push_back(found == line.end() || found->second.n == 0
                              ? Cell(muted("\u2014"))
                              : Cell(estimate_text(found->second, 3), found->second.mean));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

// The gain over the start by teachers, of every method that has several pairs of them.
std::vector<Block> of_family(const std::vector<PanelInput>& inputs, const std::string&) {
  std::map<std::pair<std::string, std::string>, Grid> grids;  // by other settings and method
  std::map<std::string, std::string> titles;
  for (const PanelInput& input : inputs) {
    const BenchmarkResults& benchmark = *input.benchmark;
    if (benchmark.metric("gain") == nullptr) continue;
    const std::optional<Teachers> teachers = teachers_of(benchmark);
    if (!teachers) continue;
    for (const Row& row : benchmark.rows) {
      if (row.reference) continue;
      grids[{others_of(benchmark), row.name}][teachers->better][teachers->worse] =
          estimate_mean(row.values("gain"));
    }
    titles.emplace(others_of(benchmark), task_of(benchmark));
  }
  std::vector<Block> blocks;
  for (const auto& [key, grid] : grids) {
    std::size_t pairs = 0;
    for (const auto& [chosen, line] : grid) pairs += line.size();
    if (pairs < 2) continue;
    Table table = grid_table(grid);
    table.caption = "Gain over the start by teachers: " + key.second + " on " +
                    titles.at(key.first) + ", mean over seeds with its 95 % interval";
    blocks.push_back(Block{std::move(table)});
  }
  return blocks;
}

}  // namespace

const FamilyPanels delta_panels{"delta", of_benchmark, of_family};

}  // namespace assay::reports
