#include "support.h"

#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace assay::debate::test {

std::function<Moves(const Turn&, Run&)> Probe::body;
const MethodEntry probe = assay::detail::method_entry<Probe>();

Json resolved(const Json& given) {
  return assay::test::resolved_settings("debate", given);
}

std::vector<RowOutcome> Benchmark::method(const MethodEntry& entry, const Json& parameters) const {
  Json all = choices(entry.describe()).front().parameters;
  if (parameters.is_object()) all.update(parameters);
  std::vector<CellRow> rows;
  for (const std::uint64_t seed : seeds()) rows.push_back({seed, all});
  return method_rows(entry, std::move(rows));
}

double metric(const RowOutcome& row, const std::string& name) {
  return row.result.at("metrics").at(name).get<double>();
}

Tensor doubles(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble);
}

Tensor longs(const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::kLong);
}

PluginPlayer::PluginPlayer(const std::string& name, std::int64_t rows, std::int64_t budget,
                           const Json& parameters)
    : entry_(plugin_method(name)), budget_(budget) {
  Json all = choices(entry_.describe()).front().parameters;
  all.update(parameters);
  method_ = static_cast<Method*>(entry_.create(
      row_parameters(entry_.describe(), std::vector<Json>(static_cast<std::size_t>(rows), all))));
}

PluginPlayer::~PluginPlayer() {
  entry_.destroy(method_);
}

Games::Games(Seeds given, std::int64_t count, std::int64_t places, double together, double bias)
    : seeds(std::move(given)), order(bias) {
  const auto rows = static_cast<std::int64_t>(seeds.size());
  value_KNV = Streams(seeds, "values").normal({count, places});
  const Tensor upper = Streams(seeds, "pairs").normal({count, places, places}).triu(1) * together;
  pair_KNVV = upper + upper.transpose(2, 3);
  questions = {value_KNV, at::ones_like(value_KNV, at::kBool)};
  judge = evidence_judge({pair_KNVV, order});
  const Tensor item_N = at::arange(count, at::kLong);
  const Tensor truth_KN = item_N.remainder(2).expand({rows, count}).contiguous();
  deal = {item_N, truth_KN, 1 - truth_KN};
}

void Games::scale(double factor) {
  value_KNV *= factor;
  pair_KNVV *= factor;
}

double Games::margin(std::int64_t row, std::int64_t game,
                     const std::vector<std::int64_t>& place_T) const {
  const Tensor value = value_KNV[row][game], pair = pair_KNVV[row][game];
  double sum = 0;
  const auto last = static_cast<double>(place_T.size() - 1);
  for (std::size_t t = 0; t < place_T.size(); ++t) {
    const double weight = last > 0 ? 1 + order * (2 * static_cast<double>(t) / last - 1) : 1;
    sum += weight * value[place_T[t]].item<double>();
    for (std::size_t s = 0; s < t; ++s) sum += pair[place_T[s]][place_T[t]].item<double>();
  }
  return game % 2 == 1 ? sum : -sum;
}

double Games::value(std::int64_t row, std::int64_t game, std::vector<std::int64_t> place_T,
                    const Schedule& schedule) const {
  if (place_T.size() == schedule.side_T.size()) return margin(row, game, place_T);
  const bool honest = schedule.side_T[place_T.size()] == Side::honest;
  double best = (honest ? -1 : 1) * std::numeric_limits<double>::infinity();
  for (std::int64_t place = 0; place < value_KNV.size(2); ++place) {
    if (std::find(place_T.begin(), place_T.end(), place) != place_T.end()) continue;
    place_T.push_back(place);
    const double here = value(row, game, place_T, schedule);
    place_T.pop_back();
    best = honest ? std::max(best, here) : std::min(best, here);
  }
  return best;
}

}  // namespace assay::debate::test
