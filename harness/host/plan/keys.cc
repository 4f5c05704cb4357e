#include "host/plan/keys.h"

#include <assay/common/hash.h>

#include <set>

namespace assay {

std::string key_of(const Json& components) { return hash_bytes(components.dump()); }

Json parts_of(const Json& components) {
  Json parts = Json::object();
  for (const auto& [name, value] : components.items()) {
    parts[name] = hash_bytes(value.dump()).substr(0, 16);
  }
  return parts;
}

std::vector<std::string> changed_parts(const Json& before, const Json& after) {
  std::set<std::string> names;
  for (const Json* parts : {&before, &after}) {
    if (!parts->is_object()) continue;
    for (const auto& [name, hash] : parts->items()) names.insert(name);
  }
  const auto hash_in = [](const Json& parts, const std::string& name) {
    return parts.is_object() ? parts.value(name, Json()) : Json();
  };
  std::vector<std::string> changed;
  for (const std::string& name : names) {
    if (hash_in(before, name) != hash_in(after, name)) changed.push_back(name);
  }
  return changed;
}

std::string part_title(const std::string& part) {
  if (part == "build") return "Assay's library, LibTorch, the device or the processor's instruction set";
  if (part == "plugin") return "the plugin's library";
  if (part == "settings") return "the benchmark's settings";
  if (part == "method") return "the method's parameters";
  if (part == "inputs") return "the stages it builds on";
  if (part == "block") return "the seeds that train together";
  if (part == "rows") return "the values of the sweep that train together";
  if (part == "data") return "the data files";
  if (part == "seeds") return "the seeds";
  return "its " + part;
}

}  // namespace assay
