#include "cli/run_summary.h"

#include "host/statistics/ratio.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <vector>

namespace assay::cli {

namespace {

struct PrimaryMetric {
  std::string id, title;
  Json aggregate = Json::object();
};

struct Row {
  std::string method;
  std::vector<const RunCell*> cells;
};

// Mean over the done cells that have the metric.
std::optional<double> mean(const Row& row, const std::string& metric) {
  double sum = 0;
  int count = 0;
  for (const RunCell* cell : row.cells) {
    if (cell->state != CellState::done) continue;
    const Json value = cell->document["result"]["metrics"].value(metric, Json());
    if (!value.is_number()) continue;
    sum += value.get<double>();
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

// The first primary metric that a row has a number of, as in the report; without any the first.
PrimaryMetric primary_metric(const Json& family, const std::vector<Row>& rows) {
  std::vector<PrimaryMetric> primary;
  for (const Json& metric : family.value("metrics", Json::array())) {
    if (!metric.value("primary", false)) continue;
    primary.push_back({metric.at("id"), metric.value("title", metric.at("id").get<std::string>()),
                       metric.value("aggregate", Json::object())});
    const std::string part = primary.back().aggregate.value("numerator", primary.back().id);
    for (const Row& row : rows) {
      if (mean(row, part)) return primary.back();
    }
  }
  return primary.empty() ? PrimaryMetric() : primary.front();
}

std::string number_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", number);
  return text;
}

// Ratio of means over the cells that have both, as the report computes it.
std::string ratio_text(const Row& row, const Json& aggregate) {
  const std::string numerator = aggregate.value("numerator", "");
  const std::string denominator = aggregate.value("denominator", "");
  std::vector<double> above, below;
  for (const RunCell* cell : row.cells) {
    if (cell->state != CellState::done) continue;
    const Json& metrics = cell->document["result"]["metrics"];
    const Json x = metrics.value(numerator, Json());
    const Json y = metrics.value(denominator, Json());
    if (!x.is_number() || !y.is_number()) continue;
    above.push_back(x.get<double>());
    below.push_back(y.get<double>());
  }
  if (above.empty()) return "-";
  const RatioEstimate estimate = estimate_ratio(above, below);
  if (estimate.resolved) return number_text(estimate.ratio);
  if (estimate.n < 2) return "not a number: it needs two seeds";
  return "not a number: the mean of '" + denominator + "' does not exceed two standard errors";
}

std::string aggregate_text(const Row& row, const PrimaryMetric& metric) {
  if (metric.aggregate.value("kind", "mean") == "ratio") return ratio_text(row, metric.aggregate);
  const std::optional<double> number = mean(row, metric.id);
  return number ? number_text(*number) : "-";
}

std::string counts_text(const Row& row) {
  std::size_t done = 0, failed = 0;
  for (const RunCell* cell : row.cells) {
    done += cell->state == CellState::done;
    failed += cell->state == CellState::failed;
  }
  const std::size_t missing = row.cells.size() - done - failed;
  std::string text = std::to_string(done) + " of " + std::to_string(row.cells.size()) + " done";
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  if (missing > 0) text += ", " + std::to_string(missing) + " missing";
  return text;
}

}  // namespace

std::string summary_table(const RunData& run) {
  std::string text;
  for (const Json& benchmark : run.run["suite"]["benchmarks"]) {
    const std::string id = benchmark.at("id");
    std::vector<Row> rows;
    std::size_t width = 0;
    for (const RunCell& cell : run.cells) {
      if (cell.benchmark != id) continue;
      if (rows.empty() || rows.back().method != cell.method) rows.push_back({cell.method, {}});
      rows.back().cells.push_back(&cell);
      width = std::max(width, cell.method.size());
    }
    const Json family = run.run["families"].value(benchmark.at("family").get<std::string>(), Json::object());
    const PrimaryMetric metric = primary_metric(family, rows);
    text += id + "  (" + (metric.title.empty() ? "no primary metric" : metric.title) + ")\n";
    for (const Row& row : rows) {
      std::string name = row.method;
      name.resize(width, ' ');
      const std::string number = aggregate_text(row, metric);
      text += "  " + name + "  " + std::string(number.size() < 8 ? 8 - number.size() : 0, ' ') +
              number + "   " + counts_text(row) + "\n";
    }
  }
  return text;
}

std::string failure_lines(const RunData& run, std::size_t most) {
  std::string text;
  std::size_t count = 0;
  for (const RunCell& cell : run.cells) {
    if (cell.state != CellState::failed || ++count > most) continue;
    const Json& error = cell.document["error"];
    const std::string phase = error["phase"];
    text += "  " + cell.benchmark + "/" + cell.method + "/" + std::to_string(cell.seed) + ": " +
            error["kind"].get<std::string>() + (phase.empty() ? "" : " during " + phase) + ": " +
            error["message"].get<std::string>();
    if (error.contains("log")) text += " (" + error["log"].get<std::string>() + ")";
    text += "\n";
  }
  if (count > most) text += "  ... and " + std::to_string(count - most) + " more\n";
  return text;
}

}  // namespace assay::cli
