// Unlearning: the way that a method takes between forgetting and retaining, how far its outputs are
// from those of retrained models, and what attacks find, each with the reference row beside.
#include "reports/model/number_text.h"
#include "reports/panels/panels.h"
#include "reports/panels/support.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace assay::reports {

namespace {

// What the checkpoints were measured by.
struct Measured {
  const char* id;      // of the figure
  const char* ending;  // of the curves' names
  const char* what;    // "accuracy"
};

constexpr Measured by_accuracy{"ways", "", "accuracy"};
constexpr Measured by_probability{"probabilities", "_probability", "probability of the answer"};
constexpr Measured by_distance{"distances", "_distance", "distance from the retrained model"};

std::string curve_name(const char* set, const Measured& measured) {
  return std::string("trajectory.") + set + measured.ending;
}

// One seed's way: the retain set's value against the forget set's, by checkpoint.
PlotPoints way_of(const SeedResult& seed, const Measured& measured) {
  const auto forget = seed.curves.find(curve_name("forget", measured));
  const auto retain = seed.curves.find(curve_name("retain", measured));
  PlotPoints way;
  if (forget == seed.curves.end() || retain == seed.curves.end()) return way;
  for (const auto& [epoch, value] : forget->second) {
    const double kept = value_at(retain->second, epoch);
    if (std::isfinite(kept)) way.emplace_back(value, kept);
  }
  return way;
}

// The mean way, point by point, as long as all seeds have one.
PlotPoints mean_way(const std::vector<PlotPoints>& ways) {
  PlotPoints mean;
  if (ways.empty()) return mean;
  const auto shortest = std::min_element(
      ways.begin(), ways.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  for (std::size_t i = 0; i < shortest->size(); ++i) {
    double x = 0, y = 0;
    for (const PlotPoints& way : ways) {
      x += way[i].first;
      y += way[i].second;
    }
    const auto count = static_cast<double>(ways.size());
    mean.emplace_back(x / count, y / count);
  }
  return mean;
}

// One number format for all of a table's values.
int decimals_of_ends(const BenchmarkResults& benchmark, const Measured& measured) {
  std::vector<double> values;
  for (const Row& row : benchmark.rows) {
    for (const char* set : {"forget", "retain", "holdout"}) {
      const PlotPoints mean = mean_line(row, curve_name(set, measured));
      if (mean.empty()) continue;
      values.push_back(mean.front().second);
      values.push_back(mean.back().second);
    }
  }
  return decimals_for(values, &measured == &by_accuracy);
}

Table way_table(const BenchmarkResults& benchmark, const Measured& measured) {
  Table table;
  table.caption = std::string("At the start and after the last checkpoint: ") + measured.what +
                  ", means over seeds";
  table.columns.push_back({"Row", "", false});
  const int decimals = decimals_of_ends(benchmark, measured);
  for (const char* set : {"forget", "retain", "holdout"}) {
    table.columns.push_back({std::string(set) + ", start", "", true});
    table.columns.push_back({std::string(set) + ", end", "", true});
  }
  for (const Row& row : benchmark.rows) {
    if (curves_of(row, curve_name("forget", measured)).empty()) continue;
    TableRow line;
    line.quiet = row.reference;
    line.cells.emplace_back(row.title);
    for (const char* set : {"forget", "retain", "holdout"}) {
      const PlotPoints mean = mean_line(row, curve_name(set, measured));
      for (const bool start : {true, false}) {
        if (mean.empty()) {
          line.cells.emplace_back(muted("\u2014"));
        } else {
          line.cells.emplace_back(
              number(start ? mean.front().second : mean.back().second, decimals));
        }
      }
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

// Where a retrained model is: what the ways should end at.
std::string goal_text(const BenchmarkResults& benchmark) {
  const Row* retrained = find_reference(benchmark, "retrained");
  if (retrained == nullptr) return "";
  const Estimate forget = estimate_mean(retrained->values("forget_accuracy"));
  const Estimate retain = estimate_mean(retrained->values("retain_accuracy"));
  if (forget.n == 0 || retain.n == 0) return "";
  return " Retrained models have " + number(forget.mean, 3) + " on the forget set and " +
         number(retain.mean, 3) + " on the retain set.";
}

std::vector<Block> ways(const PanelInput& input, const Measured& measured) {
  const std::string what = measured.what;
  CurvePlot plot;
  plot.id = std::string(measured.id) + "-" + input.id;
  plot.title = "Retain against forget over checkpoints on " + input.benchmark->title + ": " + what;
  plot.description =
      "The retain set\u2019s value against the forget set\u2019s after each checkpoint. Thin lines "
      "are seeds, the thick line their mean, the faint lines the other rows." +
      (*measured.ending == 0 ? goal_text(*input.benchmark) : "");
  plot.x_axis = what + ", forget set";
  plot.y_axis = what + ", retain set";
  plot.others = true;
  for (const Row& row : input.benchmark->rows) {
    CurvePanel panel;
    panel.title = row.title;
    panel.reference = row.reference;
    for (const SeedResult& seed : row.seeds) {
      PlotPoints way = way_of(seed, measured);
      if (way.size() > 1) panel.seeds.push_back(std::move(way));
    }
    if (panel.seeds.empty()) continue;
    panel.main = mean_way(panel.seeds);
    plot.panels.push_back(std::move(panel));
  }
  if (plot.panels.empty()) return {};
  return blocks_of(std::move(plot), Details{"Checkpoints as a table: " + what,
                                            blocks_of(way_table(*input.benchmark, measured))});
}

// One curve of every row, its mean thick and a reference's mean thin.
// A panel for each row, but the reference `left_out`, with `reference` beside.
CurvePlot beside_reference(const PanelInput& input, const std::string& name,
                           const std::string& reference, const std::string& left_out = "") {
  CurvePlot plot;
  const Row* known = find_reference(*input.benchmark, reference);
  const PlotPoints thin = known == nullptr ? PlotPoints() : mean_line(*known, name);
  for (const Row& row : input.benchmark->rows) {
    if (row.reference && row.use == left_out) continue;
    const std::vector<PlotPoints> lines = curves_of(row, name);
    if (lines.empty()) continue;
    CurveMean curve = mean_curve(lines);
    if (curve.mean.size() < 2) continue;
    CurvePanel panel;
    panel.title = row.title;
    panel.reference = row.reference;
    panel.main = std::move(curve.mean);
    panel.band_low = std::move(curve.low);
    panel.band_high = std::move(curve.high);
    if (&row != known && !thin.empty()) panel.seeds.push_back(thin);
    plot.panels.push_back(std::move(panel));
  }
  return plot;
}

// Values of the mean curves at some steps.
Table step_table(const BenchmarkResults& benchmark, const std::string& name,
                 const std::map<double, std::string>& steps, const std::string& left_out = "") {
  Table table;
  table.columns.push_back({"Row", "", false});
  for (const auto& [step, title] : steps) table.columns.push_back({title, "", true});
  for (const Row& row : benchmark.rows) {
    if (row.reference && row.use == left_out) continue;
    const PlotPoints mean = mean_line(row, name);
    if (mean.empty()) continue;
    TableRow line;
    line.quiet = row.reference;
    line.cells.emplace_back(row.title);
    for (const auto& [step, title] : steps) {
      const double value = value_at(mean, step);
      if (std::isfinite(value)) {
        line.cells.emplace_back(number(value, 3), value);
      } else {
        line.cells.emplace_back(muted("\u2014"));
      }
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

std::vector<Block> klom(const PanelInput& input) {
  std::vector<Block> blocks;
  for (const std::string set : {"forget", "retain", "holdout"}) {
    const std::string name = "klom." + set;
    // Of the retrained models against themselves it is zero by definition.
    CurvePlot plot = beside_reference(input, name, "floor", "retrained");
    if (plot.panels.empty()) continue;
    plot.id = "klom-" + set + "-" + input.id;
    plot.title = "KLoM on the " + set + " set of " + input.benchmark->title;
    plot.description =
        "Divergence of margins from those of retrained models, by percentile of the items: mean "
        "over "
        "seeds with its 95 % interval. The thin line is the floor: retrained models against other "
        "retrained models.";
    plot.x_axis = "percentile of items";
    plot.y_axis = "KLoM";
    Table table =
        step_table(*input.benchmark, name,
                   {{50, "Median"}, {90, "90th percentile"}, {95, "95th percentile"}}, "retrained");
    table.caption = plot.title + ", mean over seeds";
    std::string summary = plot.title;
    const bool first = blocks.empty();
    std::vector<Block> both = blocks_of(std::move(plot), std::move(table));
    if (first) {
      blocks = std::move(both);
    } else {
      blocks.push_back(Block{Details{std::move(summary), std::move(both)}});
    }
  }
  return blocks;
}

std::vector<Block> attacks(const PanelInput& input) {
  std::vector<Block> all;
  for (const std::string attack : {"loss", "entropy", "rmia"}) {
    const std::string name = "attack." + attack;
    CurvePlot plot = beside_reference(input, name, "retrained");
    if (plot.panels.empty()) continue;
    plot.id = "attack-" + attack + "-" + input.id;
    plot.title = "Membership attack by " + (attack == "rmia" ? "RMIA" : attack) + " on " +
                 input.benchmark->title;
    plot.description =
        "True positives against false positives of an attack that tells the forget set from items "
        "that were never trained on: mean over seeds with its 95 % interval. The thin line is the "
        "retrained model, of which there is nothing to find.";
    plot.x_axis = "false positives in a thousand";
    plot.y_axis = "share of true positives";
    Table table = step_table(*input.benchmark, name,
                             {{10, "At 1 % false positives"}, {100, "At 10 %"}, {500, "At 50 %"}});
    table.caption = plot.title + ": share of true positives, mean over seeds";
    all.push_back(Block{std::move(plot)});
    all.push_back(Block{std::move(table)});
  }
  if (all.empty()) return {};
  return blocks_of(Details{"Membership attacks", std::move(all)});
}

std::vector<Block> of_benchmark(const PanelInput& input) {
  std::vector<Block> blocks = ways(input, by_accuracy);
  const auto add = [&blocks](std::vector<Block> more) {
    for (Block& block : more) blocks.push_back(std::move(block));
  };
  add(ways(input, by_probability));
  add(ways(input, by_distance));
  add(klom(input));
  add(attacks(input));
  return blocks;
}

}  // namespace

const FamilyPanels unlearning_panels{"unlearning", of_benchmark, nullptr};

}  // namespace assay::reports
