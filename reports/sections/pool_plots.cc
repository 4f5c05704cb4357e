// Figures over the benchmarks of a family: mean ranks, the interquartile mean of each method's
// runs, performance profiles.
#include "host/statistics/bootstrap.h"
#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::reports {

namespace {

constexpr std::size_t profile_points = 41;
constexpr std::size_t most_profiles = 24;

std::string interval_note(const Pool& pool) {
  return under_covers(pool.seeds)
             ? " With " + std::to_string(pool.seeds) +
                   " seeds a bootstrap interval is too narrow: it covers less often than 95 %."
             : "";
}

RankPlot rank_plot(const Pool& pool, const std::string& id) {
  RankPlot plot;
  plot.id = "ranks-" + id;
  plot.title = "Mean ranks over " + counted(pool.ranked.size(), "benchmark");
  plot.description =
      "Left is better. A bar joins methods that Wilcoxon\u2019s test with Holm\u2019s correction "
      "does not "
      "tell apart. Bars can hide that two methods are not told apart where one between them is: "
      "the "
      "matrix below has every pair.";
  plot.axis = "mean rank";
  std::vector<std::size_t> place(pool.order.size());
  for (std::size_t i = 0; i < pool.order.size(); ++i) {
    place[pool.order[i]] = i;
    plot.methods.emplace_back(pool.methods[pool.order[i]].name,
                              pool.ranks.mean_ranks[pool.order[i]]);
  }
  for (const std::vector<std::size_t>& bar : pool.groups.bars) {
    plot.groups.emplace_back(place[bar.front()], place[bar.back()]);
  }
  return plot;
}

// Each mark is a benchmark's mean; the bar is the interquartile mean of all runs.
StripPlot aggregate_plot(const RunResults& results, const Pool& pool, const std::string& id) {
  StripPlot plot;
  plot.id = "aggregate-" + id;
  plot.title = "Interquartile mean over all runs";
  plot.description =
      "The mean of the middle half of a method\u2019s runs on all benchmarks, with its 95 % "
      "interval by "
      "resampling seeds within each benchmark (not normalised: one scale for all benchmarks). Each "
      "mark is the mean of one benchmark." +
      interval_note(pool);
  plot.axis = title_with_arrow(pool.metric);
  std::vector<double> means;
  for (const PoolMethod& method : pool.methods) means.push_back(method.interquartile_mean);
  const int decimals = decimals_for(means, pool.metric.share);
  std::size_t planned = 0;
  for (const std::size_t b : pool.benchmarks) planned += results.benchmarks[b].seeds.size();
  for (const std::size_t m : pool.order) {
    const PoolMethod& method = pool.methods[m];
    StripRow row;
    row.label = method.name;
    row.mean = method.interquartile_mean;
    row.note = number(method.interquartile_mean, decimals);
    if (method.runs < planned) {
      row.label += " (" + std::to_string(method.runs) + " of " + std::to_string(planned) + " runs)";
    }
    if (std::isfinite(method.interval.low)) {
      row.interval = method.interval;
      row.note += " " + interval_text(method.interval, decimals);
    }
    for (std::size_t b = 0; b < pool.benchmarks.size(); ++b) {
      const double value = estimate_mean(method.scores[b]).mean;
      row.values.push_back(value);
      row.names.push_back(results.benchmarks[pool.benchmarks[b]].id + ": " +
                          number(value, decimals));
    }
    plot.rows.push_back(std::move(row));
  }
  return plot;
}

std::vector<double> thresholds(const Pool& pool) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const PoolMethod& method : pool.methods) {
    for (const std::vector<double>& scores : method.scores) {
      for (const double score : scores) {
        if (!std::isfinite(score)) continue;
        low = std::min(low, score);
        high = std::max(high, score);
      }
    }
  }
  std::vector<double> taus;
  for (std::size_t i = 0; i < profile_points; ++i) {
    taus.push_back(low + (high - low) * static_cast<double>(i) / (profile_points - 1));
  }
  return taus;
}

CurvePlot profile_plot(const Pool& pool, const std::string& id) {
  const bool lower = pool.metric.better == Metric::Better::lower;
  CurvePlot plot;
  plot.id = "profile-" + id;
  plot.title = "Performance profiles";
  plot.description =
      std::string("For each value the share of a method\u2019s runs that end ") +
      (lower ? "below" : "above") +
      " it, with the pointwise 95 % interval by resampling seeds. Faint lines are the other "
      "methods. The higher a line the better; lines that cross have no order." +
      interval_note(pool);
  plot.x_axis = pool.metric.title;
  plot.y_axis = "share of runs";
  plot.others = true;
  const std::vector<double> taus = thresholds(pool);
  for (const std::size_t m : pool.order) {
    const PoolMethod& method = pool.methods[m];
    // Of a metric that is better when smaller, the runs below tau are those above -tau with their
    // sign turned.
    TaskScores scores = method.scores;
    std::vector<double> at = taus;
    if (lower) {
      for (std::vector<double>& task : scores) {
        for (double& score : task) score = -score;
      }
      for (double& tau : at) tau = -tau;
    }
    const std::vector<double> share = performance_profile(scores, at);
    const std::vector<Interval> band = bootstrap_profile(
        scores, at, {0, "profile " + pool.family + " " + pool.metric.id + " " + method.name});
    CurvePanel panel;
    panel.title = method.name;
    for (std::size_t i = 0; i < taus.size(); ++i) {
      panel.main.emplace_back(taus[i], share[i]);
      if (pool.seeds < 2) continue;
      panel.band_low.emplace_back(taus[i], band[i].low);
      panel.band_high.emplace_back(taus[i], band[i].high);
    }
    plot.panels.push_back(std::move(panel));
  }
  return plot;
}

Table profile_table(const Pool& pool, const CurvePlot& plot) {
  Table table;
  table.caption = "Share of runs beyond a value";
  table.columns.push_back({"Method", "", false});
  const std::vector<double> taus = thresholds(pool);
  for (std::size_t i = 5; i + 5 < taus.size(); i += 5) {
    table.columns.push_back({number(taus[i], pool.metric.share ? 3 : 4), "", true});
  }
  for (const CurvePanel& panel : plot.panels) {
    TableRow line;
    line.cells.push_back(Cell(strong(panel.title)));
    for (std::size_t i = 5; i + 5 < panel.main.size(); i += 5) {
      line.cells.push_back(Cell(number(panel.main[i].second, 2)));
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

}  // namespace

std::vector<Block> pool_plots(const RunResults& results, const Pool& pool, const std::string& id) {
  std::vector<Block> blocks;
  if (pool.unit == Pool::Unit::benchmarks) blocks.push_back(Block{rank_plot(pool, id)});
  blocks.push_back(Block{aggregate_plot(results, pool, id)});
  if (pool.methods.size() <= most_profiles) {
    CurvePlot profiles = profile_plot(pool, id);
    Table table = profile_table(pool, profiles);
    blocks.push_back(
        Block{Details{"Performance profiles", blocks_of(std::move(profiles), std::move(table))}});
  }
  return blocks;
}

}  // namespace assay::reports
