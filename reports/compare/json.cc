#include "reports/compare/writers.h"

#include "reports/compare/phrases.h"

#include <cmath>

namespace assay::reports {

namespace {

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json side_json(const RunSide& side) {
  return {{"folder", side.folder},   {"suite", side.suite},     {"started", side.started},
          {"commit", side.commit},   {"done", side.done},       {"failed", side.failed},
          {"missing", side.missing}, {"running", side.running}, {"problems", side.problems}};
}

Json margins_json(const Margins& margins) {
  const auto given = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json();
  };
  return {{"absolute", given(margins.absolute)},
          {"relative", given(margins.relative)},
          {"metrics", margins.of_metrics}};
}

Json mean_json(const Estimate& estimate) {
  return {{"n", estimate.n},
          {"mean", number_or_null(estimate.mean)},
          {"sd", number_or_null(estimate.sd)}};
}

Json seeds_json(const RowComparison& row) {
  Json seeds = Json::array();
  for (const SeedComparison& seed : row.seeds) {
    seeds.push_back({{"seed", seed.seed},
                     {"change", change_word(seed.change)},
                     {"base", number_or_null(seed.base)},
                     {"new", number_or_null(seed.now)},
                     {"difference", number_or_null(seed.now - seed.base)},
                     {"cause", seed.cause}});
  }
  return seeds;
}

const char* better_word(Metric::Better better) {
  return better == Metric::Better::higher  ? "higher"
         : better == Metric::Better::lower ? "lower"
                                           : "neither";
}

Json row_json(const RowComparison& row) {
  const Interval& oriented = row.test.interval;
  const Interval interval = row.sign() > 0 ? oriented : Interval{-oriented.high, -oriented.low};
  const bool known = std::isfinite(interval.low) && std::isfinite(interval.high);
  return {{"benchmark", row.benchmark},
          {"row", row.row},
          {"reference", row.reference},
          {"metric", row.metric.id},
          {"numerator_of", row.stands_for.empty() ? Json() : Json(row.stands_for)},
          {"better", better_word(row.metric.better)},
          {"change", change_word(row.change)},
          {"gated", row.gated},
          {"identical", row.identical},
          {"paired", !row.unpaired},
          {"margin", row.margin},
          {"base", mean_json(row.base)},
          {"new", mean_json(row.now)},
          {"difference", number_or_null(row.sign() * row.test.difference.mean)},
          {"interval", known ? Json{interval.low, interval.high} : Json()},
          {"p_regressed", known ? number_or_null(row.test.p_regressed) : Json()},
          {"p_regressed_holm", number_or_null(row.adjusted)},
          {"p_improved", known ? number_or_null(row.p_improved) : Json()},
          {"p_improved_holm", number_or_null(row.adjusted_improved)},
          {"seeds_to_decide", row.seeds_to_decide ? Json(*row.seeds_to_decide) : Json()},
          {"seeds", seeds_json(row)}};
}

Json counts_json(const RunComparison& comparison) {
  Json counts = Json::object();
  for (int change = 0; change <= static_cast<int>(Change::undirected); ++change) {
    counts[change_word(static_cast<Change>(change))] =
        comparison.count(static_cast<Change>(change), true);
  }
  return counts;
}

}  // namespace

std::string compare_json(const RunComparison& comparison) {
  Json differences = Json::array(), rows = Json::array(), one_sided = Json::array();
  for (const Difference& one : comparison.differences) {
    differences.push_back({{"kind", one.kind == Difference::Kind::question ? "question" : "means"},
                           {"where", one.where},
                           {"what", one.what},
                           {"base", one.base},
                           {"new", one.now}});
  }
  for (const RowComparison& row : comparison.rows) rows.push_back(row_json(row));
  for (const OneSided& one : comparison.one_sided) {
    one_sided.push_back({{"change", one.added ? "new" : "gone"},
                         {"benchmark", one.benchmark},
                         {"row", one.row},
                         {"metric", one.metric}});
  }
  const Json json = {{"format", "assay-compare"},
                     {"version", 1},
                     {"verdict", verdict_word(comparison.verdict)},
                     {"exit_status", static_cast<int>(comparison.status())},
                     {"incomplete", comparison.incomplete()},
                     {"sentences", compare_headlines(comparison)},
                     {"base", side_json(comparison.base)},
                     {"new", side_json(comparison.now)},
                     {"margins", margins_json(comparison.options.margins)},
                     {"level", significance_level},
                     {"counts", counts_json(comparison)},
                     {"differences", std::move(differences)},
                     {"comparisons", std::move(rows)},
                     {"one_sided", std::move(one_sided)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace assay::reports
