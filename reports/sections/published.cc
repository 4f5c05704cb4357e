// What others measured beside what the run did. Nothing is tested: settings differ.
#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <cmath>

namespace assay::reports {

PublishedRow published_row(const BenchmarkResults& benchmark, const Published& published) {
  PublishedRow row;
  const Metric* metric = benchmark.metric(published.metric);
  row.metric = metric == nullptr ? published.metric : metric->title;
  row.decimals = metric == nullptr ? 3 : decimals_of(benchmark, *metric);
  row.value = number(published.value, row.decimals);
  if (published.spread) row.value += " \u00b1 " + number(*published.spread, row.decimals);
  const Row* ours = benchmark.row(published.method);
  if (ours == nullptr || metric == nullptr) return row;
  if (metric->ratio) {
    const RatioEstimate ratio = estimate_ratio(ours->values(metric->ratio->numerator),
                                               ours->values(metric->ratio->denominator));
    if (!ratio.resolved) return row;
    row.mean = ratio.ratio;
    row.ours = ratio_text(ratio, row.decimals);
    return row;
  }
  const Estimate estimate = estimate_mean(ours->values(metric->id));
  if (estimate.n == 0) return row;
  row.mean = estimate.mean;
  row.ours = estimate_text(estimate, row.decimals);
  return row;
}

Table published_table(const BenchmarkResults& benchmark) {
  Table table;
  table.caption =
      "Published values beside this run\u2019s. They come from other settings: nothing is tested.";
  table.columns = {{"Method", "", false},
                   {"Metric", "", false},
                   {"Published", "with its spread as the source gives it", true},
                   {"Here", "mean over seeds with its 95 % interval", true},
                   {"Here minus published", "", true},
                   {"Source", "", false},
                   {"What differs", "", false}};
  for (const Published& published : benchmark.published) {
    const PublishedRow row = published_row(benchmark, published);
    TableRow line;
    line.cells = {Cell(strong(published.method)), row.metric, Cell(row.value, published.value)};
    if (std::isfinite(row.mean)) {
      const double difference = row.mean - published.value;
      line.cells.emplace_back(row.ours, row.mean);
      line.cells.emplace_back(signed_number(difference, row.decimals), difference);
      if (published.tolerance) {
        const bool near = std::abs(difference) <= *published.tolerance;
        line.cells.back().text.push_back(muted((near ? " within " : " not within ") +
                                               number(*published.tolerance, row.decimals)));
      }
    } else {
      const bool known = benchmark.row(published.method) != nullptr;
      line.cells.emplace_back(muted(known ? "no value" : "not a row here"));
      line.cells.emplace_back(muted("\u2014"));
    }
    line.cells.emplace_back(published.source);
    line.cells.emplace_back(published.setting);
    table.rows.push_back(std::move(line));
  }
  return table;
}

}  // namespace assay::reports
