#include "sdk/families/support/description.h"
#include "sdk/families/unlearning/family.h"
#include "sdk/families/unlearning/settings.h"
#include "sdk/internal/cohort_size.h"

#include <assay/activations.h>
#include <assay/common/error.h>

#include <algorithm>

namespace assay::unlearning {
namespace {

Json stage(const Json& resolved, const char* name, const char* title, Json inputs, double cost) {
  return {{"name", name},
          {"title", title},
          {"settings", stage_settings(resolved, name)},
          {"inputs", std::move(inputs)},
          {"cost", cost}};
}

/// Items of the forget and of the retain set of any seed.
std::int64_t items_of(const Json& task) {
  const std::int64_t forget = task.at("forget");
  if (task.contains("items")) return task.at("items");
  return task.contains("retain") ? forget + task.at("retain").get<std::int64_t>() : 2 * forget;
}

}  // namespace

Json expansion(const Json& resolved) {
  const Settings settings = read_settings(resolved);
  const auto task = settings.make_task();
  const auto network = task->network(settings.model);
  const bool influence = settings.attribution && settings.attribution->influence;
  if (influence && !task->convex()) {
    throw Error("attribution.use is \"influence\", which is for convex tasks: use \"datamodels\"");
  }
  if (settings.attribution && task->likelihood() == Likelihood::sequence) {
    throw Error("attribution: answers of tokens have none, leave the setting out");
  }
  const std::int64_t items = items_of(settings.task);
  const std::int64_t forget = settings.task.at("forget");
  const double each = training_cost(*network, items, settings.train);
  const auto of = [each](std::int64_t models) { return each * static_cast<double>(models); };
  const double budget =
      training_cost(*network, items, settings.budget) * static_cast<double>(settings.models);

  Json stages = {
      stage(resolved, "original", "original models", Json::array(), of(settings.models)),
      stage(resolved, "oracles", "retrained models", Json::array(), of(settings.oracles)),
      stage(resolved, "fresh", "retrained models for the floor", Json::array(),
            of(settings.models)),
      stage(resolved, "fine_tune", "originals, fine-tuned", {"original"}, budget)};
  Json scored = {"original", "oracles"}, given = Json::array();
  if (settings.spare > 0) {
    stages.push_back(stage(resolved, "spare", "retrained models for methods", Json::array(),
                           of(settings.spare)));
    given.push_back("spare");
  }
  if (settings.attribution) {
    const Json inputs = influence ? Json{"original"} : Json::array();
    stages.push_back(stage(resolved, "attribution", "attribution", inputs,
                           of(std::max<std::int64_t>(settings.attribution->datamodels, 1))));
    given.push_back("attribution");
  }
  if (settings.relearn) {
    stages.push_back(stage(resolved, "relearned", "relearning of retrained models", {"oracles"},
                           training_cost(*network, forget, *settings.relearn) *
                               static_cast<double>(settings.oracles)));
    scored.push_back("relearned");
  }
  const auto reference = [&](const char* id, const char* stage) {
    Json inputs = scored;
    if (stage != nullptr) inputs.push_back(stage);
    return Json{{"id", id}, {"inputs", std::move(inputs)}};
  };
  Json references = {reference("retrained", "fresh"), reference("floor", "fresh"),
                     reference("do-nothing", nullptr), reference("fine-tune", "fine_tune")};
  Json inputs = scored;
  inputs.insert(inputs.end(), given.begin(), given.end());

  Json capabilities = {"retain", "validation", "predictor"};
  if (settings.spare > 0) capabilities.push_back("oracles");
  if (settings.attribution) capabilities.push_back("attribution");
  if (task->convex()) capabilities.push_back("convex");
  const Likelihood likelihood = task->likelihood();
  if (likelihood == Likelihood::categorical || likelihood == Likelihood::bernoulli) {
    capabilities.push_back("classification");
  }
  // Attention has no second derivatives here.
  const bool sequence = likelihood == Likelihood::sequence;
  capabilities.push_back(sequence ? "refusals" : "curvature");
  if (has_trunk(*network)) capabilities.push_back("hidden_layers");
  const std::int64_t parameters = network->layout().size();
  return {{"stages", std::move(stages)},
          {"references", std::move(references)},
          {"method", {{"inputs", std::move(inputs)}, {"cost", budget}}},
          {"capabilities", std::move(capabilities)},
          {"parameters", parameters},
          {"batch", settings.budget.batch},
          // A seed is `models` rows of the methods' cohort.
          {"cohort", std::max<std::int64_t>(largest_cohort(parameters) / settings.models, 1)},
          {"data", task->data_versions()},
          {"data_files", task->data_files()}};
}

}  // namespace assay::unlearning
