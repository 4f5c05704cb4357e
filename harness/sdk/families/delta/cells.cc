// Cells: one method or reference on the rows of a block, scored.
#include "sdk/families/delta/family.h"
#include "sdk/families/delta/protocol.h"
#include "sdk/families/delta/scoring.h"
#include "sdk/families/support/answer.h"
#include "sdk/families/support/outcome.h"
#include "sdk/internal/safetensors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace assay::delta {
namespace {

using Outcomes = std::vector<RowOutcome>;

/// Fits a method, and returns the student along its way. Nothing of the truth has been read when
/// this returns.
std::vector<Checkpoint> run_method(const CellJob& job, const Problem& problem, Run& run,
                                   Outcomes& outcomes) {
  run.enter_phase("create");
  const Parameters parameters = row_parameters(job.method->describe(), job.rows, job.device);
  const MethodHandle<Method> method(*job.method, parameters);
  run.enter_phase("fit");
  std::vector<Checkpoint> way = {{0, problem.student.theta_KP.detach().clone()}};
  run.on_checkpoint([&](std::int64_t step, const Tensor& theta_KP) {
    // Other steps than those of the curve would be further candidates of what is picked from it.
    const auto& curve = problem.curve;
    const bool asked = std::find(curve.begin(), curve.end(), step) != curve.end();
    const bool fits = theta_KP.sizes() == problem.student.theta_KP.sizes();
    if (asked && fits && step > way.back().first) {
      way.emplace_back(step, theta_KP.detach().clone());
    }
  });
  const Model answer = method->fit(problem, run);
  run.on_checkpoint({});

  if (const std::string breach = answer_breach(answer, problem.student); !breach.empty()) {
    for (RowOutcome& outcome : outcomes) fail(outcome, "contract", "fit", breach);
    return way;
  }
  // The answer is the student after the last step, whatever the last checkpoint was.
  const std::int64_t last = problem.curve.back();
  if (way.back().first >= last) way.pop_back();
  way.emplace_back(last, answer.theta_KP.detach().clone());
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    RowOutcome& outcome = outcomes[static_cast<std::size_t>(row)];
    if (run.failed(row)) fail(outcome, "non_finite", "fit", run.failure(row));
    for (const auto& [step, theta_KP] : way) {
      if (theta_KP[row].isfinite().all().item<bool>()) continue;
      fail(outcome, "non_finite", "fit",
           "parameters after step " + std::to_string(step) + " are not finite");
    }
    if (outcome.failure.empty()) continue;
    // Scored with the others, whose company must not cost them: as it started.
    for (const auto& [step, theta_KP] : way) theta_KP[row].copy_(way.front().second[row]);
  }
  return way;
}

}  // namespace

std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  const StageReader stages(job.inputs, run.seeds());
  const Place place{run.seeds(), stages, job.device};
  Outcomes outcomes = stages.outcomes();
  if (all_failed(outcomes)) return outcomes;

  Model start;
  std::vector<Checkpoint> way;
  if (job.method != nullptr) {
    const Problem problem = make_problem(settings, *task, place);
    way = run_method(job, problem, run, outcomes);
    start = {problem.student.network, way.front().second};
  } else {
    start = starting_model(*task, place);
    way = {{0, start.theta_KP}};
  }
  if (all_failed(outcomes)) return outcomes;

  run.enter_phase("score");
  const Scoring scoring(settings, *task, place, start);
  const bool trained = job.method != nullptr || job.reference == "start";
  const Measures measures = trained ? scoring.score(way, run) : scoring.reference(job.reference);
  const Tensor measure_K = measures.at(task->measure());
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (std::isfinite(measure_K[row].item<double>())) continue;
    fail(outcomes[static_cast<std::size_t>(row)], "non_finite", "score",
         "what the student says is not finite");
  }
  const std::int64_t parameters = start.network->layout().size();
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    RowOutcome& outcome = outcomes[static_cast<std::size_t>(row)];
    if (!outcome.failure.empty()) continue;
    outcome.result = row_record(run, row, parameters);
    outcome.result["metrics"] = metrics_of(description(), measures, row);
  }

  run.enter_phase("write");
  const std::vector<std::int64_t> seed_K(run.seeds().begin(), run.seeds().end());
  TensorMap tensors = {{"seed_K", at::tensor(seed_K, at::kLong)}};
  if (trained) tensors["held_out_KN2"] = scoring.held_out_KN2();
  write_safetensors(job.output / "predictions.safetensors", tensors);
  return outcomes;
}

}  // namespace assay::delta
