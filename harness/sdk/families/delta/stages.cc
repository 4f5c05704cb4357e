// Stages: what the cells of a benchmark share and no cell trains again.
#include "sdk/families/delta/family.h"
#include "sdk/families/delta/settings.h"
#include "sdk/families/support/outcome.h"
#include "sdk/internal/safetensors.h"

#include <ATen/ATen.h>

namespace assay::delta {

std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  const StageReader inputs(job.inputs, run.seeds());
  TensorMap outputs;
  run.enter_phase("train");
  for (const auto& [name, tensor] :
       task->run_stage(job.stage, {run.seeds(), inputs, job.device}, run)) {
    outputs[name] = tensor.cpu();
  }
  std::vector<RowOutcome> outcomes;
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    RowOutcome& outcome = outcomes.emplace_back();
    outcome.result = row_record(run, row, task->network()->layout().size());
    if (const std::string why = inputs.failure(row); !why.empty()) {
      fail(outcome, "stage", "data", why);
    }
    if (run.failed(row)) fail(outcome, "non_finite", "train", run.failure(row));
    for (const auto& [name, tensor] : outputs) {
      if (tensor[row].isfinite().all().item<bool>()) continue;
      fail(outcome, "non_finite", "train", name + " of this seed is not finite");
    }
  }
  run.enter_phase("write");
  write_safetensors(job.output / stage_file, outputs);
  return outcomes;
}

}  // namespace assay::delta
