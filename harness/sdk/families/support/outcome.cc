#include "sdk/families/support/outcome.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

Value value_from(const ParameterSpec& spec, const Json& json) {
  switch (spec.type) {
    case ParameterType::boolean:
      if (json.is_boolean()) return json.get<bool>();
      break;
    case ParameterType::integer:
      if (json.is_number_integer()) return json.get<std::int64_t>();
      break;
    case ParameterType::real:
      if (json.is_number()) return json.get<double>();
      break;
    case ParameterType::text:
      if (json.is_string()) return json.get<std::string>();
      break;
    case ParameterType::table:
    case ParameterType::variant:
      throw Error("parameter '" + spec.key + "': methods have no table parameters");
  }
  throw Error("parameter '" + spec.key + "' has the wrong type: " + json.dump());
}

}  // namespace

Parameters row_parameters(const MethodInfo& info, const std::vector<CellRow>& rows,
                          at::Device device) {
  std::vector<std::vector<Value>> values;
  for (const CellRow& row : rows) {
    std::vector<Value>& of_row = values.emplace_back();
    for (const ParameterSpec& spec : info.parameters) {
      const auto found = row.parameters.find(spec.key);
      if (found != row.parameters.end() && !found->is_null()) {
        of_row.push_back(value_from(spec, *found));
      } else if (spec.optional) {
        of_row.emplace_back();
      } else {
        throw Error("the job gives no value for parameter '" + spec.key + "' of method '" +
                    info.id + "'");
      }
    }
  }
  return Parameters(info.parameters, std::move(values), device);
}

Parameters row_parameters(const MethodInfo& info, const std::vector<Json>& of_rows) {
  std::vector<CellRow> rows;
  for (const Json& of_row : of_rows) rows.push_back({0, of_row});
  return row_parameters(info, rows);
}

Json row_record(Run& run, std::int64_t row, std::int64_t parameters) {
  const Costs& costs = run.costs(row);
  Json curves = Json::object();
  for (const auto& [name, points] : run.curves(row)) {
    Json& curve = curves[name] = Json::array();
    for (const auto& [step, value] : points) {
      curve.push_back({step, std::isfinite(value) ? Json(value) : Json()});
    }
  }
  return {{"metrics", Json::object()},
          {"curves", std::move(curves)},
          {"counts",
           {{"gradient_samples", costs.gradient_samples},
            {"forward_samples", costs.forward_samples},
            {"flops", costs.flops},
            {"parameters", parameters}}}};
}

Json metrics_of(const Json& description, const std::map<std::string, Tensor>& measures,
                std::int64_t row) {
  Json metrics = Json::object();
  for (const Json& metric : description.at("metrics")) {
    metrics[metric.at("id").get<std::string>()] = nullptr;
  }
  for (const auto& [name, value_K] : measures) {
    const auto value = value_K[row].item<double>();
    if (std::isfinite(value)) metrics.at(name) = value;
  }
  return metrics;
}

bool all_failed(const std::vector<RowOutcome>& outcomes) {
  return std::all_of(outcomes.begin(), outcomes.end(),
                     [](const RowOutcome& outcome) { return !outcome.failure.empty(); });
}

void fail(RowOutcome& outcome, std::string kind, std::string phase, std::string message) {
  if (!outcome.failure.empty()) return;
  outcome.kind = std::move(kind);
  outcome.phase = std::move(phase);
  outcome.failure = std::move(message);
  outcome.result = Json::object();
}

}  // namespace assay
