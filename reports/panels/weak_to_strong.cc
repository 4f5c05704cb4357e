// Weak-to-strong generalization: how much of the gap each method recovers, how much it imitates its
// supervisor, and how both depend on how good the supervisor is.
#include "reports/model/number_text.h"
#include "reports/panels/panels.h"
#include "reports/panels/support.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <cmath>

namespace assay::reports {

namespace {

constexpr const char* agreement = "agreement";
constexpr const char* agreement_where_wrong = "agreement_where_wrong";

// PGR with Fieller's interval. The scale is cut at one gap beyond weak and ceiling: an interval that
// is unbounded has its words in the row's note.
std::vector<Block> recovered_gap(const PanelInput& input) {
  const std::size_t pgr = metric_number(*input.benchmark, "pgr");
  if (pgr == input.benchmark->metrics.size()) return {};
  StripPlot plot;
  plot.id = "pgr-" + input.id;
  plot.title = "Performance gap recovered on " + input.benchmark->title;
  plot.description =
      "0 is the weak supervisor, 1 the ceiling. The band is Fieller\u2019s 95 % interval of the ratio "
      "of means over seeds; what lies outside the scale is cut.";
  plot.axis = title_with_arrow(input.benchmark->metrics[pgr]);
  plot.bars = true;
  double low = 0, high = 1;
  for (std::size_t r = 0; r < input.benchmark->rows.size(); ++r) {
    const Row& row = input.benchmark->rows[r];
    const std::optional<RatioEstimate>& ratio = (*input.measures)[r][pgr].ratio;
    if (!ratio || !ratio->resolved) continue;
    if (row.reference && (row.use == "weak" || row.use == "ceiling")) continue;  // 0 and 1
    StripRow strip;
    strip.label = row.title;
    strip.reference = row.reference;
    strip.mean = ratio->ratio;
    strip.note = ratio_text(*ratio, 3);
    if (ratio->set == RatioEstimate::Set::interval) strip.interval = ratio->bounds;
    for (const double value :
         {strip.mean, strip.interval ? strip.interval->low : strip.mean,
          strip.interval ? strip.interval->high : strip.mean}) {
      low = std::min(low, std::max(value, -1.0));
      high = std::max(high, std::min(value, 2.0));
    }
    plot.rows.push_back(std::move(strip));
  }
  if (plot.rows.empty()) return {};
  plot.view = Interval{low, high};
  return blocks_of(std::move(plot));
}

// Agreement with the supervisor on all examples, and on those that it labels wrongly: a student that
// imitates its errors is high on both.
std::vector<Block> imitation(const PanelInput& input) {
  StripPlot plot;
  plot.id = "agreement-" + input.id;
  plot.title = "Agreement with the supervisor on " + input.benchmark->title;
  plot.description =
      "Share of test examples on which a row answers as the supervisor does; below it the same where "
      "the supervisor is wrong. High in both: errors are imitated. Marks are seeds.";
  plot.axis = "share of examples";
  plot.view = Interval{0, 1};
  for (const Row& row : input.benchmark->rows) {
    if (row.reference && row.use == "weak") continue;  // agrees with itself
    for (const char* id : {agreement, agreement_where_wrong}) {
      if (input.benchmark->metric(id) == nullptr) return {};
      const Estimate estimate = estimate_mean(row.values(id));
      if (estimate.n == 0) continue;
      StripRow strip;
      strip.label = row.title + (id == agreement ? ", all" : ", supervisor wrong");
      strip.reference = row.reference;
      strip.mean = estimate.mean;
      strip.interval = estimate.interval;
      strip.note = estimate_text(estimate, 3);
      for (const SeedResult& seed : row.seeds) {
        strip.values.push_back(seed.metric(id));
        strip.names.push_back("seed " + std::to_string(seed.seed) + ": " +
                              number(seed.metric(id), 3));
      }
      plot.rows.push_back(std::move(strip));
    }
  }
  if (plot.rows.empty()) return {};
  return blocks_of(Details{"Agreement with the supervisor", blocks_of(std::move(plot))});
}

std::vector<Block> of_benchmark(const PanelInput& input) {
  std::vector<Block> blocks = recovered_gap(input);
  for (Block& block : imitation(input)) blocks.push_back(std::move(block));
  return blocks;
}

Estimate supervisor_accuracy(const BenchmarkResults& benchmark) {
  for (const Row& row : benchmark.rows) {
    if (row.reference && row.use == "weak") return estimate_mean(row.values("accuracy"));
  }
  return {};
}

// PGR of every method on every benchmark, from the weakest supervisor to the strongest.
Table gap_table(std::vector<PanelInput> inputs) {
  std::stable_sort(inputs.begin(), inputs.end(), [](const PanelInput& a, const PanelInput& b) {
    return supervisor_accuracy(*a.benchmark).mean < supervisor_accuracy(*b.benchmark).mean;
  });
  Table table;
  table.columns.push_back({"Method", "", false});
  std::vector<std::string> names;
  for (const PanelInput& input : inputs) {
    const Estimate weak = supervisor_accuracy(*input.benchmark);
    table.columns.push_back(
        {input.benchmark->id + ", supervisor " + estimate_text(weak, 3), "", true});
    for (const Row& row : input.benchmark->rows) {
      const bool known = std::find(names.begin(), names.end(), row.name) != names.end();
      if (!row.reference && !known) names.push_back(row.name);
    }
  }
  for (const std::string& name : names) {
    TableRow line;
    line.cells.push_back(Cell(strong(name)));
    for (const PanelInput& input : inputs) {
      const std::size_t pgr = metric_number(*input.benchmark, "pgr");
      const Row* row = input.benchmark->row(name);
      const bool known = row != nullptr && pgr < input.benchmark->metrics.size();
      const auto r = known ? static_cast<std::size_t>(row - input.benchmark->rows.data()) : 0;
      const std::optional<RatioEstimate> ratio =
          known ? (*input.measures)[r][pgr].ratio : std::nullopt;
      line.cells.push_back(ratio && ratio->resolved ? Cell(ratio_text(*ratio, 3), ratio->ratio)
                                                    : Cell(muted(known ? "not defined" : "\u2014")));
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

std::vector<Block> of_family(const std::vector<PanelInput>& inputs, const std::string& id) {
  ScatterPlot plot;
  plot.id = "supervisor-" + id;
  plot.title = "Gap recovered against the supervisor\u2019s accuracy";
  plot.description =
      "One point for each method and benchmark, with Fieller\u2019s interval of PGR and the t interval "
      "of the supervisor\u2019s accuracy. The table below has the numbers.";
  plot.x_axis = "accuracy of the weak supervisor";
  plot.y_axis = "PGR";
  for (const PanelInput& input : inputs) {
    const Estimate weak = supervisor_accuracy(*input.benchmark);
    const std::size_t pgr = metric_number(*input.benchmark, "pgr");
    if (weak.n == 0 || pgr == input.benchmark->metrics.size()) continue;
    for (std::size_t r = 0; r < input.benchmark->rows.size(); ++r) {
      const Row& row = input.benchmark->rows[r];
      const std::optional<RatioEstimate>& ratio = (*input.measures)[r][pgr].ratio;
      if (row.reference || !ratio || !ratio->resolved) continue;
      ScatterPoint point;
      point.label = row.title + " \u00b7 " + input.benchmark->id;
      point.note = "PGR " + ratio_text(*ratio, 3) + ", supervisor " + estimate_text(weak, 3);
      point.x = weak.mean;
      point.x_range = weak.interval;
      point.y = ratio->ratio;
      if (ratio->set == RatioEstimate::Set::interval) {
        point.y_range = Interval{std::max(ratio->bounds.low, -1.0), std::min(ratio->bounds.high, 2.0)};
      }
      plot.points.push_back(std::move(point));
    }
  }
  const bool one_supervisor =
      std::all_of(plot.points.begin(), plot.points.end(),
                  [&plot](const ScatterPoint& point) { return point.x == plot.points[0].x; });
  if (one_supervisor) return {};
  return blocks_of(std::move(plot), Details{"PGR by benchmark as a table",
                                            blocks_of(gap_table(inputs))});
}

}  // namespace

const FamilyPanels weak_to_strong_panels{"weak_to_strong", of_benchmark, of_family};

}  // namespace assay::reports
