// Pieces of a family's description and expansion (docs/protocol.md).
#pragma once

#include <assay/common/parameters_json.h>
#include <assay/network.h>
#include <assay/train.h>

#include <cstdint>
#include <string>

namespace assay {

/// A METRIC whose mean over seeds is shown. `direction`: "max", "min" or "none"; `range`: [low,
/// high] or null.
Json metric(const char* id, const char* title, const char* direction, Json range,
            const char* meaning);

/// An entry of "references".
Json reference(const char* id, const char* title, const char* summary);

/// A family's tasks: anything with id, summary, paper and parameters.
template <class Tasks>
Json task_list(const Tasks& tasks) {
  Json list = Json::array();
  for (const auto& task : tasks) {
    list.push_back({{"id", task.id},
                    {"summary", task.summary},
                    {"paper", task.paper},
                    {"parameters", to_json(task.parameters)}});
  }
  return list;
}

/// An optional setting's value, or nullptr where it is absent or null.
const Json* find_setting(const Json& settings, const char* key);

/// A recipe whose keys may be left out one by one.
std::vector<ParameterSpec> overriding_recipe();

/// The recipe `base` (a resolved table of recipe_settings()) with what the table `over` says
/// differently.
Json merged_recipe(const Json& base, const Json* over);

/// Floating-point operations, in billions, of training on `items` items: one forward and twice that
/// backward.
double training_cost(const Network& network, std::int64_t items, const Recipe& recipe);

}  // namespace assay
