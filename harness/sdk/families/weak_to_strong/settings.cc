#include "sdk/families/weak_to_strong/settings.h"

#include "sdk/families/support/description.h"
#include "sdk/internal/settings.h"

#include <assay/common/error.h>

namespace assay::weak_to_strong {
namespace {

Recipe weak_defaults() {
  Recipe recipe;
  recipe.epochs = 40;
  recipe.batch = 32;
  recipe.lr = 3e-3;
  return recipe;
}

ParameterSpec task_spec() {
  std::vector<VariantSpec> variants;
  for (const TaskInfo& task : tasks()) variants.push_back({task.id, task.summary, task.parameters});
  return variant("task", "use", std::move(variants)).help("the data");
}

}  // namespace

std::vector<ParameterSpec> setting_specs() {
  Recipe pretraining;
  return {
      task_spec(),
      table(
          "weak",
          {network_setting("model").help("the supervisor's network"),
           integer("view", 0).range(0, 28).help(
               "pixels a side that the supervisor sees; 0: what the student sees"),
           required("labels", ParameterType::integer)
               .range(1, 1000000)
               .help("true labels that the supervisor learns from"),
           table("train", recipe_settings(weak_defaults())).help("how the supervisor is trained")})
          .help("the weak supervisor"),
      table("strong", {network_setting("model").help("the student's network")})
          .help("the strong student"),
      table("train", recipe_settings()).help("how a student is trained on the supervisor's labels"),
      table("ceiling_train", overriding_recipe())
          .may_be_absent()
          .help("how the ceiling is trained on true labels, where it differs from train"),
      table("few_labels_train", overriding_recipe())
          .may_be_absent()
          .help("how the student is trained on the supervisor's own labels, where it differs from "
                "train"),
      table(
          "pretrain",
          {required("items", ParameterType::integer)
               .range(1, 1000000)
               .help("items that the student's body is pretrained on; no other split has them"),
           integer("tasks", 12)
               .range(1, 1024)
               .help("binary tasks learned together: random halves of the classes, or directions"),
           table("train", recipe_settings(pretraining)).help("how the body is pretrained")})
          .may_be_absent()
          .help("pretrains the student's body; without it students start from scratch"),
  };
}

Settings read_settings(const Json& resolved) {
  Settings settings;
  settings.task = resolved.at("task");
  const Json& weak = resolved.at("weak");
  settings.sizes.transfer = settings.task.at("transfer").get<std::int64_t>();
  settings.sizes.validation = settings.task.at("validation").get<std::int64_t>();
  settings.sizes.test = settings.task.at("test").get<std::int64_t>();
  settings.sizes.labels = weak.at("labels").get<std::int64_t>();
  settings.weak_view = weak.at("view").get<std::int64_t>();
  settings.weak = network_spec(weak.at("model"));
  settings.weak_recipe = recipe_from(weak.at("train"));
  settings.strong = network_spec(resolved.at("strong").at("model"));
  settings.train = recipe_from(resolved.at("train"));
  settings.ceiling =
      recipe_from(merged_recipe(resolved.at("train"), find_setting(resolved, "ceiling_train")));
  settings.few_labels =
      recipe_from(merged_recipe(resolved.at("train"), find_setting(resolved, "few_labels_train")));
  if (const Json* pretrain = find_setting(resolved, "pretrain")) {
    settings.sizes.pretrain = pretrain->at("items").get<std::int64_t>();
    settings.pretrain = {pretrain->at("tasks").get<std::int64_t>(),
                         recipe_from(pretrain->at("train"))};
  }
  return settings;
}

std::unique_ptr<Task> Settings::make_task() const {
  return weak_to_strong::make_task(task, sizes, weak_view);
}

// The splits are slices of a seed's order: labels, transfer, validation from its beginning,
// pretraining from its end. A stage therefore depends on the sizes of the slices before its own.
Json stage_settings(const Json& resolved, const std::string& stage) {
  Json task = resolved.at("task");
  const Json labels = resolved.at("weak").at("labels");
  if (stage == "weak") return {{"task", task}, {"weak", resolved.at("weak")}};

  Json own = {{"strong", resolved.at("strong")}};
  if (const Json* pretrain = find_setting(resolved, "pretrain")) own["pretrain"] = *pretrain;
  task.erase("validation");
  if (stage == "pretrained") {
    task.erase("transfer");
  } else {
    own["labels"] = labels;
    // The recipe as it comes out, not its two tables: equal recipes written differently share it.
    const char* key = stage == "ceiling" ? "ceiling_train" : "few_labels_train";
    own["train"] = merged_recipe(resolved.at("train"), find_setting(resolved, key));
    if (stage == "few_labels") task.erase("transfer");
  }
  own["task"] = task;
  return own;
}

}  // namespace assay::weak_to_strong
