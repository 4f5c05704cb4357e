#include "sdk/families/support/choices.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

bool is_number(const ParameterSpec& spec) {
  return spec.type == ParameterType::real || spec.type == ParameterType::integer;
}

Json number(const ParameterSpec& spec, double value) {
  if (spec.type == ParameterType::integer) return static_cast<std::int64_t>(std::llround(value));
  return value;
}

/// What a required parameter starts with.
Json first_value(const ParameterSpec& spec) {
  if (is_number(spec)) {
    const double lowest = spec.above_minimum ? *spec.minimum + 1 : spec.minimum.value_or(1.0);
    return number(spec, std::min(lowest, spec.maximum.value_or(lowest)));
  }
  if (spec.type == ParameterType::boolean) return false;
  return spec.choices.empty() ? "a" : spec.choices.front();
}

/// The values that are worth a trial of their own.
std::vector<Json> special_values(const ParameterSpec& spec) {
  if (spec.type == ParameterType::boolean) return {false, true};
  std::vector<Json> values(spec.choices.begin(), spec.choices.end());
  if (!is_number(spec)) return values;
  if (spec.minimum && !spec.above_minimum) values.push_back(number(spec, *spec.minimum));
  if (spec.maximum) values.push_back(number(spec, *spec.maximum));
  return values;
}

}  // namespace

std::vector<Choice> choices(const MethodInfo& info) {
  Json start = Json::object();
  for (const ParameterSpec& spec : info.parameters) {
    const bool required =
        std::holds_alternative<std::monostate>(spec.default_value) && !spec.optional;
    if (required) start[spec.key] = first_value(spec);
  }
  start = resolve_settings(start, info.parameters);
  std::vector<Choice> all = {{"the defaults", start, /*defaults=*/true}};
  for (const ParameterSpec& spec : info.parameters) {
    for (const Json& value : special_values(spec)) {
      if (start.value(spec.key, Json()) == value) continue;
      Json changed = start;
      changed[spec.key] = value;
      all.push_back({spec.key + " = " + value.dump(), changed});
    }
  }
  return all;
}

std::vector<Json> values_by_row(const ParameterSpec& spec, const Json& start, std::size_t rows) {
  const auto found = start.find(spec.key);
  if (found == start.end() || !found->is_number()) return {};
  const double base = found->get<double>();
  const double low = spec.minimum.value_or(-INFINITY), high = spec.maximum.value_or(INFINITY);
  const bool whole = spec.type == ParameterType::integer;
  const auto steps = static_cast<double>(rows);
  // Not farther than as much again: what a wide range holds need not train to finite numbers.
  const double reach = whole ? steps : std::max(1.0, std::abs(base));
  const bool down = whole ? base - reach >= low : base > low;
  const double far = down ? std::max(low, base - reach) : std::min(high, base + reach);
  std::vector<Json> values;
  for (double row = 0; row < steps; ++row) {
    values.push_back(number(spec, base + (far - base) * row / steps));
  }
  return values;
}

RowChoices row_choices(const ParameterSpec& spec, const Json& start, std::size_t rows) {
  RowChoices made;
  std::vector<std::string> texts;
  for (const Json& value : values_by_row(spec, start, rows)) {
    made.parameters.push_back(start);
    made.parameters.back()[spec.key] = value;
    texts.push_back(value.dump());
  }
  made.name = spec.key + " = " + join(texts, ", ") + " in the rows";
  return made;
}

bool has_need(const MethodInfo& info, std::string_view need) {
  const auto& needs = info.requirements;
  return std::find(needs.begin(), needs.end(), need) != needs.end();
}

}  // namespace assay
