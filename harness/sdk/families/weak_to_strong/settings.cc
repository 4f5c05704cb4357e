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

ParameterSpec ladder_spec() {
  std::vector<ParameterSpec> fields;
  for (std::int64_t rung = 1; rung <= longest_ladder; ++rung) {
    fields.push_back(network_setting(rung_name(rung))
                         .may_be_absent()
                         .help(rung == 1 ? "the network of the smallest size"
                                         : "the network of the size above " + rung_name(rung - 1)));
  }
  fields.push_back(table("train", overriding_recipe())
                       .may_be_absent()
                       .help("how a rung is trained, where it differs from train"));
  return table("ladder", std::move(fields))
      .may_be_absent()
      .help(
          "sizes between the supervisor's and the student's, each trained on the labels of the "
          "one below");
}

/// Rungs are counted from 1 without a gap.
std::vector<NetworkSpec> read_ladder(const Json& ladder) {
  std::vector<NetworkSpec> rungs;
  for (std::int64_t rung = 1; rung <= longest_ladder; ++rung) {
    const Json* network = find_setting(ladder, rung_name(rung).c_str());
    if (network == nullptr) continue;
    if (static_cast<std::int64_t>(rungs.size()) + 1 != rung) {
      throw Error("ladder." + rung_name(rung) + " has no " +
                  rung_name(static_cast<std::int64_t>(rungs.size()) + 1) +
                  " below it: rungs are counted from rung1 without a gap");
    }
    rungs.push_back(network_spec(*network));
  }
  if (rungs.empty()) throw Error("ladder has no rung1: give it a network, or leave ladder out");
  return rungs;
}

}  // namespace

std::string rung_name(std::int64_t rung) {
  return "rung" + std::to_string(rung);
}

std::string pretrained_name(std::int64_t rung) {
  return rung == 0 ? "pretrained" : "pretrained_" + rung_name(rung);
}

std::int64_t rung_of(const std::string& stage) {
  for (std::int64_t rung = 1; rung <= longest_ladder; ++rung) {
    if (stage == rung_name(rung) || stage == pretrained_name(rung)) return rung;
  }
  return 0;
}

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
           integer("supervisors", 1)
               .range(1, 32)
               .help("supervisors of these labels, with other initial values each; more than one: "
                     "an ensemble, beside the supervisor"),
           table("train", recipe_settings(weak_defaults())).help("how the supervisor is trained")})
          .help("the weak supervisor"),
      table("strong", {network_setting("model").help("the student's network")})
          .help("the strong student"),
      text("fit", "train")
          .one_of({"train", "least-squares"})
          .help("how stages fit: by their recipes; or, of regression tasks, the output layer alone "
                "in closed form, without an intercept, on features as they start"),
      ladder_spec(),
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
  settings.supervisors = weak.at("supervisors").get<std::int64_t>();
  settings.strong = network_spec(resolved.at("strong").at("model"));
  settings.least_squares = resolved.at("fit") == "least-squares";
  if (const Json* ladder = find_setting(resolved, "ladder")) {
    settings.ladder = read_ladder(*ladder);
    settings.ladder_recipe =
        recipe_from(merged_recipe(resolved.at("train"), find_setting(*ladder, "train")));
  }
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
  const bool supervisor = stage == "weak" || stage == "ensemble";
  Json task = seen_settings(resolved.at("task"), supervisor ? View::weak : View::strong);
  Json weak = resolved.at("weak");
  const Json labels = weak.at("labels"), fit = resolved.at("fit");
  if (stage == "weak") {
    weak.erase("supervisors");
    return {{"task", task}, {"weak", weak}, {"fit", fit}};
  }
  if (stage == "ensemble") {
    task.erase("validation");
    return {{"task", task}, {"weak", weak}, {"fit", fit}};
  }

  const std::int64_t rung = rung_of(stage);
  Json own = {{"strong", resolved.at("strong")}};
  if (rung > 0) own["strong"] = {{"model", resolved.at("ladder").at(rung_name(rung))}};
  if (const Json* pretrain = find_setting(resolved, "pretrain")) own["pretrain"] = *pretrain;
  if (stage == pretrained_name(rung)) {
    task.erase("transfer");
  } else {
    own["labels"] = labels;
    own["fit"] = fit;
    // The recipe as it comes out, not its two tables: equal recipes written differently share it.
    const Json* over = rung > 0 ? find_setting(resolved.at("ladder"), "train")
                                : find_setting(resolved, stage == "ceiling" ? "ceiling_train"
                                                                            : "few_labels_train");
    own["train"] = merged_recipe(resolved.at("train"), over);
    if (stage == "few_labels") task.erase("transfer");
  }
  if (stage != rung_name(rung)) task.erase("validation");
  own["task"] = task;
  return own;
}

}  // namespace assay::weak_to_strong
