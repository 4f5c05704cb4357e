#include "reports/analysis/analysis.h"

#include "host/statistics/many.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace assay::reports {

namespace {

Measure measure(const Row& row, const Metric& metric) {
  Measure measure;
  if (metric.ratio) {
    measure.ratio =
        estimate_ratio(row.values(metric.ratio->numerator), row.values(metric.ratio->denominator));
  } else {
    measure.estimate = estimate_mean(row.values(metric.id));
  }
  return measure;
}

void compare(const RunResults& results, Analysis& analysis) {
  std::vector<double> p_values;
  for (std::size_t b = 0; b < results.benchmarks.size(); ++b) {
    const BenchmarkResults& benchmark = results.benchmarks[b];
    const Row* baseline = benchmark.row(benchmark.baseline);
    if (baseline == nullptr) continue;
    const std::string metric = compared_metric(benchmark).id;
    for (const Row& row : benchmark.rows) {
      if (row.reference || &row == baseline) continue;
      Comparison comparison;
      comparison.benchmark = b;
      comparison.method = row.name;
      comparison.baseline = baseline->name;
      comparison.metric = metric;
      comparison.test = paired_test(row.values(metric), baseline->values(metric));
      p_values.push_back(comparison.test.p);
      analysis.comparisons.push_back(std::move(comparison));
    }
  }
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    Comparison& comparison = analysis.comparisons[i];
    comparison.adjusted = adjusted[i];
    const Estimate& difference = comparison.test.difference;
    const Metric& metric = results.benchmarks[comparison.benchmark].primary();
    if (adjusted[i] <= significance_level && metric.better != Metric::Better::neither) {
      const bool higher = difference.mean > 0;
      comparison.outcome = higher == (metric.better == Metric::Better::higher)
                               ? Comparison::Outcome::better
                               : Comparison::Outcome::worse;
    } else {
      // An effect of 0 / 0 (all alike) or none / 0 (no spread) asks for nothing.
      const SeedsToDecide more =
          seeds_to_decide(std::abs(difference.mean) / difference.sd, difference.n,
                          comparison.test.p, p_values);
      comparison.seeds = more.seeds;
      comparison.many_seeds = more.many;
    }
  }
}

struct Gathered {
  Standing standing;
  std::vector<SeededValues> primary, over_baseline;
};

void gather(Gathered& gathered, const RunResults& results, const Analysis& analysis, std::size_t b,
            std::size_t r) {
  const BenchmarkResults& benchmark = results.benchmarks[b];
  const Row& row = benchmark.rows[r];
  Standing& standing = gathered.standing;
  standing.name = row.name;
  standing.title = row.title;
  standing.reference = row.reference;
  if (standing.apart.empty()) standing.apart = row.apart;
  ++standing.planned;
  const std::string metric = compared_metric(benchmark).id;
  const std::vector<double> values = row.values(metric);
  if (estimate_mean(values).n > 0) {
    ++standing.benchmarks;
    gathered.primary.push_back({benchmark.seeds, values});
  }
  if (const Comparison* comparison = analysis.comparison(b, row.name)) {
    if (comparison->test.difference.n > 0) {
      std::vector<double> differences = benchmark.row(comparison->baseline)->values(metric);
      for (std::size_t i = 0; i < values.size(); ++i) differences[i] = values[i] - differences[i];
      gathered.over_baseline.push_back({benchmark.seeds, std::move(differences)});
    }
    if (comparison->outcome == Comparison::Outcome::better) ++standing.better;
    if (comparison->outcome == Comparison::Outcome::worse) ++standing.worse;
    if (comparison->outcome == Comparison::Outcome::undecided) ++standing.undecided;
  }
  for (const SeedResult& seed : row.seeds) {
    if (seed.state != CellState::done || !std::isfinite(seed.seconds)) continue;
    standing.cell_seconds.push_back(seed.seconds);
    if (std::isfinite(seed.peak_bytes)) standing.cell_bytes.push_back(seed.peak_bytes);
  }
}

// Methods first, those that rank apart by their reasons, references last; among methods those of
// the pool in its order, then the others, the best mean difference first. The baseline's difference is zero.
auto place(const Standing& standing, const Metric& metric, const Pool& pool) {
  const double difference = standing.over_baseline ? standing.over_baseline->estimate.mean : 0;
  const double sign = metric.better == Metric::Better::lower ? 1 : -1;
  const bool ranked = !standing.reference && metric.better != Metric::Better::neither;
  std::size_t in_pool = 0;
  while (in_pool < pool.order.size() &&
         pool.methods[pool.order[in_pool]].name != standing.name) {
    ++in_pool;
  }
  return std::make_tuple(standing.reference, standing.apart, in_pool,
                         ranked ? sign * difference : 0);
}

FamilyStandings standings_of(const RunResults& results, const Analysis& analysis,
                             const Pool& pool) {
  FamilyStandings table;
  table.family = pool.family;
  table.members = pool.benchmarks;
  table.benchmarks = pool.benchmarks.size();
  std::vector<std::string> order;
  std::map<std::string, Gathered> rows;
  for (const std::size_t b : table.members) {
    const BenchmarkResults& benchmark = results.benchmarks[b];
    table.metric = benchmark.primary();
    for (std::size_t r = 0; r < benchmark.rows.size(); ++r) {
      const std::string& name = benchmark.rows[r].name;
      if (rows.find(name) == rows.end()) order.push_back(name);
      gather(rows[name], results, analysis, b, r);
    }
  }
  for (const std::string& name : order) {
    Gathered& gathered = rows[name];
    gathered.standing.primary = mean_over_benchmarks(gathered.primary);
    if (!gathered.over_baseline.empty()) {
      gathered.standing.over_baseline = mean_over_benchmarks(gathered.over_baseline);
    }
    gathered.standing.seconds = mean(gathered.standing.cell_seconds);
    table.standings.push_back(std::move(gathered.standing));
  }
  std::stable_sort(table.standings.begin(), table.standings.end(),
                   [&](const Standing& a, const Standing& b) {
                     return place(a, table.metric, pool) < place(b, table.metric, pool);
                   });
  return table;
}

std::vector<ClaimResult> answer_claims(const RunResults& results) {
  const auto benchmark = [&results](const std::string& id) -> const BenchmarkResults* {
    for (const BenchmarkResults& candidate : results.benchmarks) {
      if (candidate.id == id) return &candidate;
    }
    return nullptr;
  };
  ClaimData data;
  data.values = [&](const std::string& id, const std::string& row, const std::string& metric) {
    const BenchmarkResults* found = benchmark(id);
    if (found == nullptr) return std::vector<double>();
    const Row* known = found->row(row);
    return known != nullptr ? known->values(metric)
                            : std::vector<double>(found->seeds.size(), std::nan(""));
  };
  data.ratio = [&](const std::string& id, const std::string& metric) -> std::optional<RatioParts> {
    const BenchmarkResults* found = benchmark(id);
    const Metric* known = found == nullptr ? nullptr : found->metric(metric);
    return known == nullptr ? std::nullopt : known->ratio;
  };
  return evaluate_claims(results.claims, data);
}

}  // namespace

const Comparison* Analysis::comparison(std::size_t benchmark, const std::string& method) const {
  const auto found = std::find_if(
      comparisons.begin(), comparisons.end(),
      [&](const Comparison& one) { return one.benchmark == benchmark && one.method == method; });
  return found == comparisons.end() ? nullptr : &*found;
}

const Metric& compared_metric(const BenchmarkResults& benchmark) {
  const Metric& primary = benchmark.primary();
  const Metric* numerator = primary.ratio ? benchmark.metric(primary.ratio->numerator) : nullptr;
  return numerator == nullptr ? primary : *numerator;
}

Analysis analyse(const RunResults& results) {
  Analysis analysis;
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    auto& rows = analysis.measures.emplace_back();
    for (const Row& row : benchmark.rows) {
      auto& measures = rows.emplace_back();
      for (const Metric& metric : benchmark.metrics) measures.push_back(measure(row, metric));
    }
  }
  compare(results, analysis);
  std::set<std::pair<std::string, std::string>> known;  // family and metric
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    const std::string metric = compared_metric(benchmark).id;
    if (!known.emplace(benchmark.family, metric).second) continue;
    analysis.pools.push_back(make_pool(results, benchmark.family, metric));
    analysis.families.push_back(standings_of(results, analysis, analysis.pools.back()));
  }
  for (FamilyStandings& table : analysis.families) {
    table.only = std::count_if(
                     analysis.families.begin(), analysis.families.end(),
                     [&](const FamilyStandings& one) { return one.family == table.family; }) == 1;
  }
  analysis.claims = answer_claims(results);
  analysis.warnings = find_warnings(results, analysis);
  return analysis;
}

std::vector<std::size_t> headline_metrics(const BenchmarkResults& benchmark) {
  const std::vector<Metric>& metrics = benchmark.metrics;
  std::vector<bool> chosen(metrics.size(), false);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (&metrics[i] == &benchmark.primary()) chosen[i] = true;
    if (!metrics[i].ratio) continue;
    chosen[i] = true;
    for (std::size_t j = 0; j < metrics.size(); ++j) {
      if (metrics[j].id == metrics[i].ratio->numerator) chosen[j] = true;
    }
  }
  for (std::size_t i = 0; i < metrics.size() && std::count(chosen.begin(), chosen.end(), true) < 3;
       ++i) {
    chosen[i] = true;
  }
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (chosen[i]) indices.push_back(i);
  }
  return indices;
}

}  // namespace assay::reports
