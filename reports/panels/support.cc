#include "reports/panels/support.h"

#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay::reports {
namespace {

// The points of a scatter plot.
Table point_table(const ScatterPlot& plot) {
  Table table;
  table.caption = plot.title;
  table.columns = {{"Row", "", false}, {"Mean over seeds with its 95 % interval", "", false}};
  for (const ScatterPoint& point : plot.points) {
    table.rows.push_back({{point.label, point.note}, "", false});
  }
  return table;
}

}  // namespace

std::size_t metric_number(const BenchmarkResults& benchmark, const std::string& id) {
  std::size_t m = 0;
  while (m < benchmark.metrics.size() && benchmark.metrics[m].id != id) ++m;
  return m;
}

std::vector<PlotPoints> curves_of(const Row& row, const std::string& name) {
  std::vector<PlotPoints> lines;
  for (const SeedResult& seed : row.seeds) {
    const auto found = seed.curves.find(name);
    if (found != seed.curves.end() && !found->second.empty()) lines.push_back(found->second);
  }
  return lines;
}

PlotPoints mean_line(const Row& row, const std::string& name) {
  const std::vector<PlotPoints> lines = curves_of(row, name);
  return lines.empty() ? PlotPoints() : mean_curve(lines).mean;
}

double value_at(const PlotPoints& line, double step) {
  for (const auto& [at, value] : line) {
    if (at == step) return value;
  }
  return std::nan("");
}

const Row* find_reference(const BenchmarkResults& benchmark, const std::string& id) {
  const auto found = std::find_if(benchmark.rows.begin(), benchmark.rows.end(),
                                  [&](const Row& row) { return row.reference && row.use == id; });
  return found == benchmark.rows.end() ? nullptr : &*found;
}

ScatterPlot metric_scatter(const BenchmarkResults& benchmark, const std::string& x,
                           const std::string& y) {
  ScatterPlot plot;
  const Metric* across = benchmark.metric(x);
  const Metric* up = benchmark.metric(y);
  if (across == nullptr || up == nullptr) return plot;
  plot.x_axis = title_with_arrow(*across);
  plot.y_axis = title_with_arrow(*up);
  for (const Row& row : benchmark.rows) {
    const Estimate at = estimate_mean(row.values(x)), high = estimate_mean(row.values(y));
    if (at.n == 0 || high.n == 0) continue;
    ScatterPoint point;
    point.label = row.title;
    point.apart = row.reference || !row.apart.empty();
    point.x = at.mean;
    point.x_range = at.interval;
    point.y = high.mean;
    point.y_range = high.interval;
    point.note = across->title + " " + estimate_text(at, decimals_of(benchmark, *across)) + ", " +
                 up->title + " " + estimate_text(high, decimals_of(benchmark, *up));
    plot.points.push_back(std::move(point));
  }
  return plot;
}

std::vector<Block> with_table(ScatterPlot plot) {
  if (plot.points.size() < 2) return {};
  Table table = point_table(plot);
  std::string summary = plot.title + ", as a table";
  return blocks_of(std::move(plot), Details{std::move(summary), blocks_of(std::move(table))});
}

}  // namespace assay::reports
