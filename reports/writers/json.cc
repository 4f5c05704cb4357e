// Format "assay-report", version 1 (docs/reports.md, docs/schemas): the analysis as numbers, for
// tools.
#include "reports/analysis/best_group.h"
#include "reports/sections/sections.h"
#include "reports/writers/formats.h"
#include "reports/writers/json_parts.h"

#include <cmath>

namespace assay::reports {

namespace {

Json to_json(const std::optional<Interval>& interval) {
  return interval ? Json{number_or_null(interval->low), number_or_null(interval->high)} : Json();
}

}  // namespace

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json to_json(const Estimate& estimate) {
  return {{"n", estimate.n},
          {"dropped", estimate.dropped},
          {"mean", number_or_null(estimate.mean)},
          {"sd", number_or_null(estimate.sd)},
          {"interval", to_json(estimate.interval)}};
}

Json to_json(const OverBenchmarks& over) {
  static constexpr const char* seeds[] = {"shared", "partly", "disjoint", "unpaired"};
  Json json = to_json(over.estimate);
  json["seeds"] = seeds[static_cast<int>(over.seeds)];
  const bool disjoint = over.seeds == OverBenchmarks::Seeds::disjoint ||
                        over.seeds == OverBenchmarks::Seeds::unpaired;
  if (!disjoint) return json;
  json["se"] = json["sd"];
  json.erase("sd");
  return json;
}

namespace {

using reports::to_json;  // the ones here would hide it

Json to_json(const RatioEstimate& ratio) {
  static constexpr const char* sets[] = {"none", "interval", "outside", "everything"};
  const bool bounded =
      ratio.set == RatioEstimate::Set::interval || ratio.set == RatioEstimate::Set::outside;
  return {{"n", ratio.n},
          {"dropped", ratio.dropped},
          {"ratio", number_or_null(ratio.ratio)},
          {"resolved", ratio.resolved},
          {"set", sets[static_cast<int>(ratio.set)]},
          {"bounds", bounded ? Json{ratio.bounds.low, ratio.bounds.high} : Json()}};
}

Json to_json(const PairedTest& test) {
  return {{"difference", to_json(test.difference)},
          {"p", number_or_null(test.p)},
          {"sign_flip_p", number_or_null(test.sign_flip.p)},
          {"sign_flip_exact", test.sign_flip.exact}};
}

Json seeds_json(const std::optional<std::size_t>& seeds) {
  return seeds ? Json(*seeds) : Json();
}

const char* state_word(CellState state) {
  static constexpr const char* words[] = {"done", "failed", "missing"};
  return words[static_cast<int>(state)];
}

Json metric_json(const Metric& metric) {
  static constexpr const char* directions[] = {"higher", "lower", "neither"};
  return {{"id", metric.id},
          {"title", metric.title},
          {"unit", metric.unit},
          {"meaning", metric.meaning},
          {"better", directions[static_cast<int>(metric.better)]},
          {"primary", metric.primary},
          {"ratio", metric.ratio ? Json{{"numerator", metric.ratio->numerator},
                                        {"denominator", metric.ratio->denominator}}
                                 : Json()}};
}

// The row's cells as columns: one entry for each of the benchmark's seeds.
Json cells_json(const RunResults& results, const BenchmarkResults& benchmark, const Row& row) {
  Json json = {{"state", Json::array()},      {"run", Json::array()},
               {"seconds", Json::array()},    {"cpu_seconds", Json::array()},
               {"peak_bytes", Json::array()}, {"metrics", Json::object()}};
  for (const SeedResult& seed : row.seeds) {
    const bool ran = seed.state != CellState::missing;
    json["state"].push_back(state_word(seed.state));
    json["run"].push_back(ran ? Json(results.runs.at(seed.run).label) : Json());
    json["seconds"].push_back(ran ? number_or_null(seed.seconds) : Json());
    json["cpu_seconds"].push_back(ran ? number_or_null(seed.cpu_seconds) : Json());
    json["peak_bytes"].push_back(ran ? number_or_null(seed.peak_bytes) : Json());
  }
  for (const Metric& metric : benchmark.metrics) {
    Json values = Json::array();
    for (const double value : row.values(metric.id)) values.push_back(number_or_null(value));
    json["metrics"][metric.id] = std::move(values);
  }
  return json;
}

Json failures_json(const Row& row) {
  Json failures = Json::array();
  for (const SeedResult& seed : row.seeds) {
    if (seed.state != CellState::failed) continue;
    failures.push_back({{"seed", seed.seed},
                        {"kind", seed.error_kind},
                        {"phase", seed.error_phase},
                        {"message", seed.error_message},
                        {"log", seed.error_log}});
  }
  return failures;
}

Json published_json(const BenchmarkResults& benchmark) {
  Json all = Json::array();
  for (const Published& row : benchmark.published) {
    const double mean = published_row(benchmark, row).mean;
    all.push_back({{"method", row.method},
                   {"metric", row.metric},
                   {"value", row.value},
                   {"spread", row.spread ? Json(*row.spread) : Json()},
                   {"source", row.source},
                   {"setting", row.setting},
                   {"tolerance", row.tolerance ? Json(*row.tolerance) : Json()},
                   {"here", number_or_null(mean)}});
  }
  return all;
}

Json benchmark_json(const RunResults& results, std::size_t index,
                    const std::vector<std::vector<Measure>>& measures) {
  const BenchmarkResults& benchmark = results.benchmarks[index];
  Json rows = Json::array();
  for (std::size_t r = 0; r < benchmark.rows.size(); ++r) {
    const Row& row = benchmark.rows[r];
    Json metrics = Json::object();
    for (std::size_t m = 0; m < benchmark.metrics.size(); ++m) {
      const Measure& measure = measures[r][m];
      metrics[benchmark.metrics[m].id] =
          measure.ratio ? to_json(*measure.ratio) : to_json(measure.estimate);
    }
    rows.push_back({{"name", row.name},
                    {"title", row.title},
                    {"use", row.use},
                    {"parameters", row.parameters},
                    {"reference", row.reference},
                    {"apart", row.apart},
                    {"done", row.count(CellState::done)},
                    {"failed", row.count(CellState::failed)},
                    {"missing", row.count(CellState::missing)},
                    {"metrics", std::move(metrics)},
                    {"cells", cells_json(results, benchmark, row)},
                    {"failures", failures_json(row)}});
  }
  Json metrics = Json::array();
  for (const Metric& metric : benchmark.metrics) metrics.push_back(metric_json(metric));
  return {{"id", benchmark.id},
          {"suite_id", benchmark.suite_id},
          {"title", benchmark.title},
          {"family", benchmark.family},
          {"settings", benchmark.settings},
          {"seeds", benchmark.seeds},
          {"baseline", benchmark.baseline},
          {"baseline_assumed", benchmark.baseline_assumed},
          {"primary", benchmark.primary().id},
          {"metrics", std::move(metrics)},
          {"best", best_group(results, index)},
          {"published", published_json(benchmark)},
          {"rows", std::move(rows)}};
}

Json standings_json(const FamilyStandings& family) {
  Json standings = Json::array();
  for (const Standing& standing : family.standings) {
    standings.push_back(
        {{"name", standing.name},
         {"title", standing.title},
         {"reference", standing.reference},
         {"apart", standing.apart},
         {"benchmarks", standing.benchmarks},
         {"planned", standing.planned},
         {"primary", to_json(standing.primary)},
         {"over_baseline", standing.over_baseline ? to_json(*standing.over_baseline) : Json()},
         {"better", standing.better},
         {"worse", standing.worse},
         {"undecided", standing.undecided},
         {"seconds", number_or_null(standing.seconds)}});
  }
  return {{"family", family.family},
          {"metric", family.metric.id},
          {"benchmarks", family.benchmarks},
          {"standings", std::move(standings)}};
}

Json run_json(const RunOrigin& run) {
  return {{"label", run.label},         {"suite", run.suite},     {"suite_file", run.suite_file},
          {"overrides", run.overrides}, {"started", run.started}, {"provenance", run.provenance}};
}

Json points_json(const ClaimTest& test) {
  Json points = Json::array();
  for (const ClaimPoint& point : test.points) {
    points.push_back({{"benchmark", point.benchmark}, {"row", point.row}, {"x", point.x}});
  }
  return points;
}

Json claim_test_json(const ClaimTest& test) {
  static constexpr const char* relations[] = {"less",  "greater", "near",
                                              "level", "slope",   "threshold"};
  Json json = to_json(test.test);
  json.update({{"benchmark", test.benchmark},
               {"left", test.left},
               {"right", test.right},
               {"relation", relations[static_cast<int>(test.relation)]},
               {"range", {number_or_null(test.range.low), number_or_null(test.range.high)}},
               {"metric", test.metric},
               {"procedure", test.procedure},
               {"exact", test.exact},
               {"deciding_p", number_or_null(test.p)},
               {"adjusted_p", number_or_null(test.adjusted)},
               {"sign_flip_p", number_or_null(test.sign_flip.p)},
               {"sign_flip_exact", test.sign_flip.exact},
               {"verdict", verdict_word(test.verdict)},
               {"seeds_to_decide", seeds_json(test.seeds)},
               {"note", test.note}});
  json["log_metric"] = test.log_metric;
  if (!test.right_benchmark.empty()) json["right_benchmark"] = test.right_benchmark;
  if (test.line.empty()) return json;
  json.update({{"line", test.line}, {"points", points_json(test)}, {"log_axis", test.log_axis}});
  if (test.relation == ClaimTest::Relation::threshold) {
    json.update({{"level", test.level}, {"censored", test.censored}});
  }
  return json;
}

Json claim_json(const ClaimResult& claim) {
  Json tests = Json::array();
  for (const ClaimTest& test : claim.tests) tests.push_back(claim_test_json(test));
  return {{"says", claim.claim.says},
          {"paper", claim.claim.paper},
          {"expect", claim.claim.expect},
          {"metric", claim.claim.metric},
          {"on", claim.claim.on},
          {"level", claim.claim.rules.level},
          {"correction", correction_word(claim.claim.rules.correction)},
          {"verdict", verdict_word(claim.verdict)},
          {"tests", std::move(tests)}};
}

Json comparison_json(const RunResults& results, const Comparison& comparison) {
  static constexpr const char* outcomes[] = {"better", "worse", "undecided"};
  Json json = to_json(comparison.test);
  json.update({{"benchmark", results.benchmarks[comparison.benchmark].id},
               {"method", comparison.method},
               {"baseline", comparison.baseline},
               {"metric", comparison.metric},
               {"adjusted_p", number_or_null(comparison.adjusted)},
               {"outcome", outcomes[static_cast<int>(comparison.outcome)]},
               {"seeds_to_decide", seeds_json(comparison.seeds)}});
  return json;
}

}  // namespace

std::string write_json(const Report& report) {
  const RunResults& results = report.results;
  const Analysis& analysis = report.analysis;
  Json json = {{"format", "assay-report"},
               {"version", 1},
               {"suite", results.name},
               {"title", results.title},
               {"started", results.started},
               {"cells",
                {{"done", results.count(CellState::done)},
                 {"failed", results.count(CellState::failed)},
                 {"missing", results.count(CellState::missing)}}},
               {"warnings", analysis.warnings},
               {"claims", Json::array()},
               {"comparisons", Json::array()},
               {"benchmarks", Json::array()},
               {"families", Json::array()},
               {"pools", Json::array()},
               {"runs", Json::array()},
               {"provenance", results.provenance}};
  for (const ClaimResult& claim : analysis.claims) json["claims"].push_back(claim_json(claim));
  for (const Comparison& comparison : analysis.comparisons) {
    json["comparisons"].push_back(comparison_json(results, comparison));
  }
  for (std::size_t b = 0; b < results.benchmarks.size(); ++b) {
    json["benchmarks"].push_back(benchmark_json(results, b, analysis.measures[b]));
  }
  for (const FamilyStandings& family : analysis.families) {
    json["families"].push_back(standings_json(family));
  }
  for (const Pool& pool : analysis.pools) json["pools"].push_back(pool_json(results, pool));
  for (const RunOrigin& run : results.runs) json["runs"].push_back(run_json(run));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace assay::reports
