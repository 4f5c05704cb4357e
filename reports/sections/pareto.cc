// Quality against cost: one point for each method of a family, and the front of those that nothing
// beats in both.
#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <cmath>

namespace assay::reports {

namespace {

struct Cost {
  const char* id;
  const char* title;
  const char* axis;
  const std::vector<double> Standing::*cells;
  double unit;  // of the axis
  std::string (*text)(double);
};

const Cost costs[] = {
    {"time", "time", "seconds per seed", &Standing::cell_seconds, 1, duration_text},
    {"memory", "peak memory", "peak memory of the worker, MB", &Standing::cell_bytes, 1e6,
     bytes_text},
};

void mark_front(ScatterPlot& plot, bool lower_is_better) {
  const double sign = lower_is_better ? -1 : 1;
  for (ScatterPoint& point : plot.points) {
    point.front = !point.apart && std::none_of(
        plot.points.begin(), plot.points.end(), [&](const ScatterPoint& other) {
          if (other.apart) return false;
          const bool no_worse = other.x <= point.x && sign * other.y >= sign * point.y;
          return no_worse && (other.x < point.x || sign * other.y > sign * point.y);
        });
  }
}

}  // namespace

std::vector<Block> cost_plots(const FamilyStandings& family, const std::string& id) {
  std::vector<Block> blocks;
  const Metric& metric = family.metric;
  if (metric.better == Metric::Better::neither) return blocks;
  for (const Cost& cost : costs) {
    ScatterPlot plot;
    plot.id = std::string("cost-") + cost.id + "-" + id;
    plot.title = metric.title + " against " + cost.title;
    plot.description =
        "One point for each method with results on all of the family\u2019s benchmarks: the mean over "
        "benchmarks with its 95 % interval over seeds, and the mean cost with the range over its "
        "cells. The dashed line is the front of methods that nothing beats in both by its mean "
        "(open marks rank apart and do not compete); "
        "where intervals overlap a method may lie on either side. The numbers are in the leaderboard "
        "and in the table below.";
    plot.x_axis = cost.axis;
    plot.y_axis = metric.title;
    plot.log_x = true;
    for (const Standing& standing : family.standings) {
      const std::vector<double>& cells = standing.*cost.cells;
      if (standing.reference || standing.benchmarks != family.benchmarks || cells.empty()) continue;
      const auto [least, most] = std::minmax_element(cells.begin(), cells.end());
      if (!(*least > 0) || !std::isfinite(standing.primary.estimate.mean)) continue;
      ScatterPoint point;
      point.label = standing.name + (standing.apart.empty() ? "" : " (apart)");
      point.apart = !standing.apart.empty();
      point.x = mean(cells) / cost.unit;
      point.x_range = Interval{*least / cost.unit, *most / cost.unit};
      point.y = standing.primary.estimate.mean;
      point.y_range = standing.primary.estimate.interval;
      point.note = estimate_text(standing.primary.estimate,
                                 decimals_for(std::abs(point.y), metric.share)) +
                   ", " + cost.text(mean(cells));
      if (point.apart) point.note += "; apart: " + standing.apart;
      plot.points.push_back(std::move(point));
    }
    if (plot.points.size() < 2) continue;
    mark_front(plot, metric.better == Metric::Better::lower);
    if (blocks.empty()) {
      blocks.push_back(Block{std::move(plot)});
    } else {
      std::string summary = plot.title;
      blocks.push_back(Block{Details{std::move(summary), blocks_of(std::move(plot))}});
    }
  }
  return blocks;
}

}  // namespace assay::reports
