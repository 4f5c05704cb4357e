#include "worker/describe.h"

#include "sdk/internal/family.h"
#include "worker/abi_check.h"
#include "worker/build_info.h"
#include "worker/failure.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <set>

namespace assay {

namespace {

void check_parameters(const std::vector<ParameterSpec>& specs) {
  std::set<std::string> keys;
  Json defaults = Json::object();
  for (const ParameterSpec& spec : specs) {
    if (!is_id(spec.key)) throw Error("the parameter key '" + spec.key + "' is not an id");
    if (!keys.insert(spec.key).second) throw Error("the parameter '" + spec.key + "' is described twice");
    const bool numeric = spec.type == ParameterType::real || spec.type == ParameterType::integer;
    if (spec.varies_by_row && !numeric) {
      throw Error("the parameter '" + spec.key + "' is per_row, which only numbers can be");
    }
    const Json described = to_json(spec);
    if (described.contains("default")) defaults[spec.key] = described["default"];
  }
  for (const SettingProblem& problem : check_settings(defaults, specs)) {
    // A required parameter has no default to check.
    if (!problem.path.empty() && !problem.at_key && defaults.contains(problem.path.front())) {
      throw Error("the default of the parameter '" + problem.path.front() + "': " + problem.message);
    }
  }
}

Json describe_method(const MethodEntry& method) {
  const MethodInfo info = method.describe();
  if (!is_id(info.id)) {
    throw Error("'" + info.id + "' is no method id: use a-z, 0-9, '.', '_' and '-', at most 64");
  }
  try {
    find_family(method.family);
    check_parameters(info.parameters);
  } catch (const Error& error) {
    throw Error("method '" + info.id + "': " + error.what());
  }
  return {{"id", info.id},
          {"family", method.family},
          {"summary", info.summary_text},
          {"paper", info.paper_reference},
          {"parameters", to_json(info.parameters)},
          {"needs", info.requirements},
          {"single_row", info.single_row}};
}

}  // namespace

Json describe_families() {
  Json all = Json::array();
  for (const Family* family : families()) all.push_back(family->describe());
  return {{"build", build_info()}, {"families", all}};
}

Json describe_plugin(const LoadedPlugin& plugin) {
  const PluginDescriptor& descriptor = *plugin.descriptor;
  Json abi = Json::object();
  for (const auto& [name, value] : abi_fields(descriptor.abi)) abi[name] = value;
  Json methods = Json::array();
  std::set<std::string> ids;
  for (std::uint32_t i = 0; i < descriptor.method_count; ++i) {
    try {
      methods.push_back(describe_method(descriptor.methods[i]));
      const auto id = methods.back()["id"].get<std::string>();
      if (!ids.insert(id).second) throw Error("the method '" + id + "' is described twice");
    } catch (...) {
      throw Error(plugin.file.string() + ": its description failed: " + current_failure().message);
    }
  }
  return {{"file", plugin.file.string()},
          {"name", descriptor.name},
          {"version", descriptor.version},
          {"abi", abi},
          {"methods", methods}};
}

}  // namespace assay
