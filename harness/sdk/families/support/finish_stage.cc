#include "sdk/families/support/finish_stage.h"

#include "sdk/families/support/outcome.h"

#include <ATen/ATen.h>

namespace assay {

std::vector<RowOutcome> finish_stage(const StageJob& job, const StageReader& inputs,
                                     const StageResult& made, Run& run) {
  TensorMap outputs;
  for (const auto& [name, output] : made.outputs) outputs[name] = output.cpu();
  std::vector<RowOutcome> outcomes = inputs.outcomes();
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    RowOutcome& outcome = outcomes[static_cast<std::size_t>(row)];
    if (run.failed(row)) fail(outcome, "non_finite", "train", run.failure(row));
    for (const auto& [name, output] : outputs) {
      if (output[row].isfinite().all().item<bool>()) continue;
      fail(outcome, "non_finite", "train", name + " of this seed is not finite");
    }
    if (!outcome.failure.empty()) continue;
    outcome.result = row_record(run, row, made.parameters);
    for (const auto& [name, value_K] : made.metrics_K) {
      outcome.result["metrics"][name] = value_K[row].item<double>();
    }
  }
  run.enter_phase("write");
  write_safetensors(job.output / stage_file, outputs);
  return outcomes;
}

}  // namespace assay
