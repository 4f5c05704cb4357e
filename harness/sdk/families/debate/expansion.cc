#include "sdk/families/debate/family.h"
#include "sdk/families/debate/scoring.h"
#include "sdk/internal/cohort_size.h"

#include <algorithm>

namespace assay::debate {

Json expansion(const Json& resolved) {
  const Settings settings = read_settings(resolved);
  const auto task = settings.make_task();
  Json stages = Json::array(), inputs = Json::array();
  for (const TaskStage& stage : task->stages()) {
    stages.push_back(to_json(stage));
    inputs.push_back(stage.name);
  }
  Json references = Json::array();
  for (const std::string& id : reference_ids(settings, *task)) {
    references.push_back({{"id", id}, {"inputs", inputs}});
  }
  // Moves of a method and of its opponents, times what each may ask; billions of operations.
  const auto lies = static_cast<double>(settings.against == Against::all ? task->answers() - 1 : 1);
  const double games = static_cast<double>(task->questions()) * lies;
  const double opponents = static_cast<double>(settings.pool.size());
  const double calls = games * static_cast<double>(settings.task.turns) * (2 * opponents + 4) *
                       static_cast<double>(std::max(settings.budget, settings.pool_playouts));
  const std::int64_t parameters = task->judge_parameters();
  return {{"stages", std::move(stages)},
          {"references", std::move(references)},
          {"method",
           {{"inputs", inputs}, {"cost", calls * std::max(100.0, task->judge_flops()) / 1e9}}},
          {"capabilities", {"sides"}},
          {"parameters", parameters},
          {"batch", settings.task.train.batch},
          {"cohort", largest_cohort(std::max<std::int64_t>(1, parameters))},
          {"data", task->data_versions()},
          {"data_files", task->data_files()}};
}

}  // namespace assay::debate
