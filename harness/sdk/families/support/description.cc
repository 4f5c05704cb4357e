#include "sdk/families/support/description.h"

namespace assay {

Json metric(const char* id, const char* title, const char* direction, Json range,
            const char* meaning) {
  return {{"id", id},
          {"title", title},
          {"direction", direction},
          {"range", range},
          {"unit", ""},
          {"meaning", meaning},
          {"primary", false},
          {"aggregate", {{"kind", "mean"}}}};
}

Json reference(const char* id, const char* title, const char* summary) {
  return {{"id", id}, {"title", title}, {"summary", summary}};
}

const Json* find_setting(const Json& settings, const char* key) {
  const auto found = settings.find(key);
  return found == settings.end() || found->is_null() ? nullptr : &*found;
}

std::vector<ParameterSpec> overriding_recipe() {
  std::vector<ParameterSpec> specs = recipe_settings();
  for (ParameterSpec& spec : specs) {
    spec.default_value = std::monostate{};
    spec.optional = true;
  }
  return specs;
}

Json merged_recipe(const Json& base, const Json* over) {
  Json merged = base;
  if (over != nullptr) merged.update(*over);
  return merged;
}

double training_cost(const Network& network, std::int64_t items, const Recipe& recipe) {
  const std::int64_t samples =
      recipe.steps > 0 ? recipe.steps * recipe.batch : items * recipe.epochs;
  return 3 * network.forward_flops() * static_cast<double>(samples) / 1e9;
}

}  // namespace assay
