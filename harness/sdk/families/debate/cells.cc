// Cells: one debater or reference on the rows of a block, played and scored.
#include "sdk/families/debate/family.h"
#include "sdk/families/debate/practice.h"
#include "sdk/families/debate/scoring.h"
#include "sdk/families/support/answer.h"
#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"
#include "sdk/internal/safetensors.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstdio>
#include <optional>

namespace assay::debate {

std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  const StageReader stages(job.inputs, run.seeds());
  const Place place{run.seeds(), stages, job.device};
  std::vector<RowOutcome> outcomes = stages.outcomes();
  if (all_failed(outcomes)) return outcomes;

  std::optional<MethodHandle<Method>> method;
  std::optional<PracticeRoom> practice;
  if (job.method != nullptr) {
    practice.emplace(settings, has_need(job.method->describe(), "sides"), run, [&] {
      const auto other = task->practice(settings.practice.questions);
      return PracticeGround{other->make_questions(place), other->judge(place),
                            other->truth_KN(place), other->answers()};
    });
    run.enter_phase("create");
    method.emplace(*job.method, row_parameters(job.method->describe(), job.rows, job.device));
    run.enter_phase("fit");
    (*method)->prepare({.rows = run.rows(),
                        .places = task->places(),
                        .turns = settings.task.turns,
                        .answers = task->answers(),
                        .budget = settings.budget,
                        .shape = task->shape(),
                        .practice = practice->offer()},
                       run);
  }

  // The host deals the games and knows who is honest; debaters are asked for their moves alone.
  run.enter_phase("play");
  Scoring scoring(settings, *task, place, run);
  Measures measures;
  if (method) {
    const MethodPlayer player(**method, settings.budget);
    measures = scoring.score(player, has_need(job.method->describe(), "sides"));
    if (practice->calls_K().defined()) measures["practice_calls"] = practice->calls_K();
    for (const auto& [cause, games] : scoring.causes()) {
      std::fprintf(stderr, "lost by what was thrown, %lld games: %s\n",
                   static_cast<long long>(games), cause.c_str());
    }
  } else {
    measures = scoring.reference(job.reference);
  }

  run.enter_phase("score");
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    RowOutcome& outcome = outcomes[static_cast<std::size_t>(row)];
    if (run.failed(row)) fail(outcome, "non_finite", "play", run.failure(row));
    if (!std::isfinite(measures.at("accuracy")[row].item<double>())) {
      fail(outcome, "non_finite", "score", "what the judge says is not finite");
    }
    if (!outcome.failure.empty()) continue;
    outcome.result = row_record(run, row, task->judge_parameters());
    outcome.result["metrics"] = metrics_of(description(), measures, row);
  }

  run.enter_phase("write");
  const std::vector<std::int64_t> seed_K(run.seeds().begin(), run.seeds().end());
  TensorMap tensors = {{"seed_K", at::tensor(seed_K, at::kLong)}};
  for (const auto& [name, value] : scoring.transcripts()) tensors[name] = value;
  write_safetensors(job.output / "predictions.safetensors", tensors);
  return outcomes;
}

}  // namespace assay::debate
