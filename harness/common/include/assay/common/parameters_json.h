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
/// Throws Error for a document that does not describe a setting.
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
/// out of range, not finite, not a choice, missing required settings. An absent table counts as an
/// empty one (its fields have defaults or are missing); so does an absent variant that has a default,
/// the id of the variant to take when the selector is not given. Fields of an unknown variant are not
/// checked.
std::vector<SettingProblem> check_settings(const Json& given,
                                           const std::vector<ParameterSpec>& specs);

/// `given` with every default filled in, integers widened to reals where a real is described.
/// Optional settings that are absent stay absent. Expects values that passed check_settings.
Json resolve_settings(const Json& given, const std::vector<ParameterSpec>& specs);

}  // namespace assay
