#include "reports/analysis/best_group.h"

#include "host/statistics/many.h"
#include "host/statistics/paired.h"

namespace assay::reports {

std::vector<std::string> best_group(const BenchmarkResults& benchmark) {
  const Metric& primary = benchmark.primary();
  if (primary.better == Metric::Better::neither) return {};
  const std::string metric = primary.ratio ? primary.ratio->numerator : primary.id;
  const double sign = primary.better == Metric::Better::higher ? 1 : -1;

  std::vector<const Row*> rows;
  const Row* best = nullptr;
  double best_mean = 0;
  for (const Row& row : benchmark.rows) {
    if (row.reference || row.oracle) continue;
    const Estimate estimate = estimate_mean(row.values(metric));
    if (estimate.n == 0) continue;
    rows.push_back(&row);
    if (best != nullptr && sign * estimate.mean <= sign * best_mean) continue;
    best = &row;
    best_mean = estimate.mean;
  }
  if (best == nullptr) return {};

  std::vector<double> p_values;
  for (const Row* row : rows) {
    if (row == best) continue;
    p_values.push_back(paired_test(row->values(metric), best->values(metric)).p);
  }
  const std::vector<double> adjusted = holm(p_values);
  std::vector<std::string> group;
  std::size_t test = 0;
  for (const Row* row : rows) {
    const bool rejected = row != best && adjusted[test++] <= significance_level;
    if (!rejected) group.push_back(row->name);
  }
  return group;
}

}  // namespace assay::reports
