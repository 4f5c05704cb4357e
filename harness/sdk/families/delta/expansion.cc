#include "sdk/families/delta/family.h"
#include "sdk/families/delta/settings.h"
#include "sdk/families/support/description.h"
#include "sdk/internal/cohort_size.h"

#include <assay/common/error.h>

namespace assay::delta {

Json expansion(const Json& resolved) {
  const Settings settings = read_settings(resolved);
  const auto task = settings.make_task();
  if (settings.stop_on_development && !task->has_development()) {
    throw Error("stop is \"development\", but the task '" +
                settings.task.task.at("use").get<std::string>() +
                "' has no true answers: stop after the last step");
  }
  Json stages = Json::array(), inputs = Json::array();
  for (const TaskStage& stage : task->stages()) {
    stages.push_back({{"name", stage.name},
                      {"title", stage.title},
                      {"settings", stage.settings},
                      {"inputs", stage.inputs},
                      {"cost", stage.cost}});
    inputs.push_back(stage.name);
  }
  Json references = {{{"id", "start"}, {"inputs", inputs}}};
  for (const std::string& id : task->references()) {
    references.push_back({{"id", id}, {"inputs", inputs}});
  }
  const auto network = task->network();
  const std::int64_t parameters = network->layout().size();
  return {{"stages", std::move(stages)},
          {"references", std::move(references)},
          {"method",
           {{"inputs", inputs},
            {"cost", training_cost(*network, settings.task.pairs.count, settings.train)}}},
          {"capabilities", {task->responses()}},
          {"parameters", parameters},
          {"batch", settings.train.batch},
          {"cohort", largest_cohort(parameters)},
          {"data", task->data_versions()},
          {"data_files", task->data_files()}};
}

}  // namespace assay::delta
