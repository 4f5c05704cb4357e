// Parameter descriptions and values as JSON: how they travel between worker and command, and the
// one check of given values against a description (suites, --set, jobs).
#pragma once

#include <assay/common/parameters.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace assay {

using Json = nlohmann::json;  // sorted keys: equal values are equal bytes

Json to_json(const ParameterSpec& spec);
Json to_json(const std::vector<ParameterSpec>& specs);
ParameterSpec parameter_from_json(const Json& json);
std::vector<ParameterSpec> parameters_from_json(const Json& json);

/// One mistake in given values. `path` leads to the value (or to the key, when `at_key`), outermost
/// first, e.g. {"weak","model","width"}; empty: the table itself.
struct SettingProblem {
  std::vector<std::string> path;
  bool at_key = false;
  std::string message;  ///< complete, with "did you mean" where a near key or choice exists
};

/// Checks `given` (an object) against `specs`, and returns every mistake: unknown keys, wrong types,
/// out of range, not a choice, missing required settings.
std::vector<SettingProblem> check_settings(const Json& given,
                                           const std::vector<ParameterSpec>& specs);

/// `given` with every default filled in, integers widened to reals where a real is described.
/// Expects values that passed check_settings.
Json resolve_settings(const Json& given, const std::vector<ParameterSpec>& specs);

}  // namespace assay
