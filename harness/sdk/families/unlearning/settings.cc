#include "sdk/families/unlearning/settings.h"

#include "sdk/families/support/description.h"
#include "sdk/internal/settings.h"

#include <assay/common/error.h>

namespace assay::unlearning {
namespace {

Recipe budget_defaults() {
  Recipe recipe;
  recipe.epochs = 5;
  recipe.schedule = "constant";
  return recipe;
}

Recipe relearn_defaults() {
  Recipe recipe = budget_defaults();
  recipe.epochs = 4;
  recipe.optimizer = "sgd";
  recipe.lr = 0.05;
  return recipe;
}

ParameterSpec task_spec() {
  std::vector<VariantSpec> variants;
  for (const TaskInfo& task : tasks()) variants.push_back({task.id, task.summary, task.parameters});
  return variant("task", "use", std::move(variants)).help("the data, and what is forgotten");
}

ParameterSpec attribution_spec() {
  const std::vector<VariantSpec> kinds = {
      {"datamodels",
       "models on random halves of the forget set, and a ridge regression of their "
       "outputs on which items each had (Ilyas et al. 2022, arXiv:2202.00622)",
       {integer("models", 1500).range(2, 100000).help("how many a seed"),
        real("ridge", 1).at_least(0).help("of the regression: added to the sum of squares")}},
      {"influence", "first order, by the Hessian of the whole training set; convex tasks", {}}};
  return variant("attribution", "use", kinds)
      .may_be_absent()
      .help("what each output owes to the forget set, for methods that ask for it");
}

}  // namespace

std::vector<ParameterSpec> setting_specs() {
  const auto count = [](const char* key, std::int64_t value, std::int64_t least) {
    return integer(key, value).range(static_cast<double>(least), 10000);
  };
  return {
      task_spec(),
      network_setting("model").may_be_absent().help(
          "the network, where the task has none of its own"),
      table("train", recipe_settings())
          .help(
              "how the original, on forget and retain data, and the retrained models are trained"),
      table("budget", recipe_settings(budget_defaults()))
          .help("the methods' recipe; an epoch goes once through the forget set"),
      integer("retain_batch", 64).range(1, 1000000).help("retain samples of a method's step"),
      count("models", 1, 1).help("originals a seed; each is unlearned, and KLoM compares them"),
      count("oracles", 1, 1).help("retrained models a seed that answers are compared with"),
      count("spare", 0, 0)
          .help("retrained models a seed for methods that use them; never scored against"),
      integer("trajectory", 1)
          .range(1, 1000000)
          .help("of so many checkpoints that a method offers one is scored"),
      attribution_spec(),
      table("relearn", recipe_settings(relearn_defaults()))
          .may_be_absent()
          .help("trains answers on the forget set again, and reports how fast they learn it"),
  };
}

Settings read_settings(const Json& resolved) {
  Settings settings;
  settings.task = resolved.at("task");
  if (const Json* model = find_setting(resolved, "model")) settings.model = network_spec(*model);
  settings.train = recipe_from(resolved.at("train"));
  settings.budget = recipe_from(resolved.at("budget"));
  settings.retain_batch = resolved.at("retain_batch");
  settings.models = resolved.at("models");
  settings.oracles = resolved.at("oracles");
  settings.spare = resolved.at("spare");
  settings.trajectory = resolved.at("trajectory");
  if (const Json* attribution = find_setting(resolved, "attribution")) {
    settings.attribution.emplace();
    settings.attribution->influence = attribution->at("use") == "influence";
    if (!settings.attribution->influence) {
      settings.attribution->datamodels = attribution->at("models");
      settings.attribution->ridge = attribution->at("ridge");
    }
  }
  if (const Json* relearn = find_setting(resolved, "relearn")) {
    settings.relearn = recipe_from(*relearn);
  }
  return settings;
}

Json stage_settings(const Json& resolved, const std::string& stage) {
  Json own = {{"task", resolved.at("task")}, {"train", resolved.at("train")}};
  if (const Json* model = find_setting(resolved, "model")) own["model"] = *model;
  const auto add = [&](const char* key) { own[key] = resolved.at(key); };
  if (stage == "original" || stage == "fresh" || stage == "fine_tune") add("models");
  if (stage == "oracles") add("oracles");
  if (stage == "spare") add("spare");
  if (stage == "attribution") add("attribution");
  if (stage == "fine_tune") {
    add("budget");
    add("retain_batch");
  }
  if (stage == "relearned") {
    add("relearn");
    add("oracles");
  }
  return own;
}

}  // namespace assay::unlearning
