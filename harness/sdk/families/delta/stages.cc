// Stages: what the cells of a benchmark share and no cell trains again.
#include "sdk/families/delta/family.h"
#include "sdk/families/delta/settings.h"
#include "sdk/families/support/finish_stage.h"

#include <ATen/ATen.h>

namespace assay::delta {

std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  const StageReader inputs(job.inputs, run.seeds());
  run.enter_phase("train");
  const TensorMap outputs = task->run_stage(job.stage, {run.seeds(), inputs, job.device}, run);
  // A teacher's parameters are not the student's.
  const std::int64_t parameters = outputs.at("theta_KP").size(1);
  return finish_stage(job, inputs, {parameters, outputs, {}}, run);
}

}  // namespace assay::delta
