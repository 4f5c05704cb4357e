#include "host/suite/set_parameters.h"

#include <assay/common/text.h>

#include <algorithm>
#include <set>

namespace assay {

namespace {

// The values that a method's parameter does not take, as one sentence, or "".
std::string refused(const Json& setting, const Json& method, const ParameterSpec& spec) {
  const std::string owner = "'" + spec.key + "' of " + method.at("id").get<std::string>();
  if (!spec.varies_by_row) {
    return setting.at("by").get<std::string>() + ": " + owner +
           " cannot differ between the rows of a cohort (it is not per_row), so that candidates "
           "cannot train beside one another";
  }
  for (const Json& value : setting.at("values")) {
    const bool whole = spec.type == ParameterType::integer;
    const double number = value.get<double>();
    if (whole && number != static_cast<double>(static_cast<std::int64_t>(number))) {
      return setting.at("values_by").get<std::string>() + ": " + number_text(number) +
             " is not a whole number, as " + owner + " must be";
    }
    const Json given = whole ? Json(static_cast<std::int64_t>(number)) : value;
    const std::vector<SettingProblem> problems = check_settings({{spec.key, given}}, {spec});
    if (!problems.empty()) {
      return setting.at("values_by").get<std::string>() + ", for " +
             method.at("id").get<std::string>() + ": " + problems.front().message;
    }
  }
  return "";
}

}  // namespace

std::vector<std::string> set_parameter_problems(const Json& set_parameters,
                                                const std::vector<Json>& methods) {
  std::vector<std::string> problems;
  for (const auto& [key, setting] : set_parameters.items()) {
    bool known = false;
    std::set<std::string> others;
    for (const Json& method : methods) {
      for (const ParameterSpec& spec : parameters_from_json(method.at("parameters"))) {
        others.insert(spec.key);
        if (spec.key != key) continue;
        known = true;
        const std::string problem = refused(setting, method, spec);
        if (!problem.empty()) problems.push_back(problem);
      }
    }
    if (known) continue;
    const std::vector<std::string> have(others.begin(), others.end());
    problems.push_back(setting.at("by").get<std::string>() +
                       ": none of the methods has a parameter " + quote(key) +
                       did_you_mean(key, have) +
                       (have.empty() ? "" : "; they have " + join(have, ", ")));
  }
  return problems;
}

}  // namespace assay
