// Stages: judges and experts, which the cells of a benchmark share.
#include "sdk/families/debate/family.h"
#include "sdk/families/debate/settings.h"
#include "sdk/families/support/finish_stage.h"

#include <ATen/ATen.h>

namespace assay::debate {

std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  const StageReader inputs(job.inputs, run.seeds());
  run.enter_phase("train");
  const TensorMap outputs = task->run_stage(job.stage, {run.seeds(), inputs, job.device}, run);
  return finish_stage(job, inputs, {task->judge_parameters(), outputs, {}}, run);
}

}  // namespace assay::debate
