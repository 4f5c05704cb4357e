#include "sdk/internal/settings.h"

namespace assay {
namespace {

template <class T>
void take(const Json& settings, const char* key, T* value) {
  const auto found = settings.find(key);
  if (found != settings.end() && !found->is_null()) *value = found->get<T>();
}

}  // namespace

NetworkSpec network_spec(const Json& settings) {
  NetworkSpec spec;
  take(settings, "arch", &spec.arch);
  take(settings, "width", &spec.width);
  take(settings, "depth", &spec.depth);
  take(settings, "features", &spec.features);
  take(settings, "heads", &spec.heads);
  take(settings, "kv_heads", &spec.kv_heads);
  take(settings, "hidden", &spec.hidden);
  take(settings, "activation", &spec.activation);
  take(settings, "tied", &spec.tied);
  take(settings, "rope_base", &spec.rope_base);
  return spec;
}

Recipe recipe_from(const Json& settings) {
  Recipe recipe;
  take(settings, "epochs", &recipe.epochs);
  take(settings, "steps", &recipe.steps);
  take(settings, "batch", &recipe.batch);
  take(settings, "lr", &recipe.lr);
  take(settings, "schedule", &recipe.schedule);
  take(settings, "warmup", &recipe.warmup);
  take(settings, "optimizer", &recipe.optimizer);
  take(settings, "weight_decay", &recipe.weight_decay);
  take(settings, "beta1", &recipe.beta1);
  take(settings, "beta2", &recipe.beta2);
  take(settings, "epsilon", &recipe.epsilon);
  take(settings, "momentum", &recipe.momentum);
  take(settings, "clip", &recipe.clip);
  return recipe;
}

}  // namespace assay
