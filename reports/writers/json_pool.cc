#include "reports/writers/json_parts.h"

namespace assay::reports {

namespace {

Json names_of(const Pool& pool, const std::vector<std::size_t>& numbers) {
  Json names = Json::array();
  for (const std::size_t m : numbers) names.push_back(pool.methods[m].name);
  return names;
}

Json method_json(const Pool& pool, std::size_t m) {
  const PoolMethod& method = pool.methods[m];
  const auto [first, last] = pool.groups.rank_ranges[m];
  return {{"name", method.name},
          {"mean_rank", number_or_null(pool.ranks.mean_ranks[m])},
          {"places", {first, last}},
          {"runs", method.runs},
          {"interquartile_mean", number_or_null(method.interquartile_mean)},
          {"interquartile_interval",
           {number_or_null(method.interval.low), number_or_null(method.interval.high)}}};
}

Json pair_json(const Pool& pool, const PoolPair& pair) {
  return {{"a", pool.methods[pair.a].name},
          {"b", pool.methods[pair.b].name},
          {"benchmarks", pair.benchmarks},
          {"difference", to_json(pair.difference)},
          {"probability_a_better", number_or_null(pair.improvement)},
          {"benchmarks_a_better", pair.wins},
          {"benchmarks_equal", pair.ties},
          {"benchmarks_b_better", pair.losses},
          {"p", number_or_null(pair.p)},
          {"adjusted_p", number_or_null(pair.adjusted)},
          {"told_apart", pair.told_apart}};
}

}  // namespace

Json pool_json(const RunResults& results, const Pool& pool) {
  Json json = {{"family", pool.family},
               {"metric", pool.metric.id},
               {"test", pool.unit == Pool::Unit::benchmarks ? "wilcoxon over benchmarks"
                                                            : "paired t over seeds"},
               {"benchmarks", Json::array()},
               {"ranked_benchmarks", Json::array()},
               {"left_out", pool.left_out},
               {"absent", pool.absent},
               {"complete", pool.complete},
               {"comparisons", pool.comparisons},
               {"methods", Json::array()},
               {"groups", Json::array()},
               {"pairs", Json::array()}};
  if (!pool.usable()) return json;
  for (const std::size_t b : pool.benchmarks) {
    json["benchmarks"].push_back(results.benchmarks[b].id);
  }
  for (const std::size_t b : pool.ranked) {
    json["ranked_benchmarks"].push_back(results.benchmarks[b].id);
  }
  for (const std::size_t m : pool.order) json["methods"].push_back(method_json(pool, m));
  for (const auto& bar : pool.groups.bars) json["groups"].push_back(names_of(pool, bar));
  for (const PoolPair& pair : pool.pairs) json["pairs"].push_back(pair_json(pool, pair));
  if (pool.ranked.size() > 1) {
    json["friedman"] = {{"chi2", number_or_null(pool.ranks.chi2)},
                        {"chi2_corrected", number_or_null(pool.ranks.chi2_corrected)},
                        {"p", number_or_null(pool.ranks.p_corrected)},
                        {"f", number_or_null(pool.ranks.f)},
                        {"f_p", number_or_null(pool.ranks.f_p)}};
    json["smallest_p"] = pool.smallest_p;
  }
  return json;
}

}  // namespace assay::reports
