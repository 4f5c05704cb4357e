// Cells: one method or reference on the rows of a block, scored.
#include "sdk/families/support/answer.h"
#include "sdk/families/support/outcome.h"
#include "sdk/families/weak_to_strong/family.h"
#include "sdk/families/weak_to_strong/protocol.h"
#include "sdk/families/weak_to_strong/scoring.h"
#include "sdk/internal/safetensors.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <map>
#include <optional>

namespace assay::weak_to_strong {
namespace {

/// The stage whose test predictions a reference row shows.
std::string stage_of_reference(const std::string& reference) {
  static const std::map<std::string, std::string> stages = {{"weak", "weak"},
                                                            {"ceiling", "ceiling"},
                                                            {"few-labels", "few_labels"},
                                                            {"supervisors", "ensemble"},
                                                            {"judge", "transcripts1"},
                                                            {"rung-1", "rung1"},
                                                            {"rung-2", "rung2"},
                                                            {"rung-3", "rung3"},
                                                            {"rung-4", "rung4"},
                                                            {"pretraining-decoded", "pretrained"}};
  const auto found = stages.find(reference);
  if (found == stages.end()) throw Error("weak_to_strong has no reference '" + reference + "'");
  return found->second;
}

/// Test probabilities of a reference, read from its stage; its curves and counts are the stage's.
Tensor read_reference(const CellJob& job, const StageReader& stages,
                      std::vector<RowOutcome>& outcomes) {
  const std::string stage = stage_of_reference(job.reference);
  for (std::size_t row = 0; row < outcomes.size(); ++row) {
    if (outcomes[row].failure.empty()) {
      outcomes[row].result = stages.result(stage, static_cast<std::int64_t>(row));
    }
  }
  return stages.rows(stage, "test_KNC");
}

/// What a method's model answers, [K, N, C].
struct Answers {
  Tensor test_KNC;
  Tensor transfer_KNC;  ///< of regression tasks
};

/// Fits a method and predicts the test items. Neither labels nor the ceiling's predictions have
/// been read when this returns.
Answers run_method(const CellJob& job, const Problem& problem, const Task& task, Run& run,
                   std::vector<RowOutcome>& outcomes) {
  run.enter_phase("create");
  const Parameters parameters = row_parameters(job.method->describe(), job.rows, job.device);
  const MethodHandle<Method> method(*job.method, parameters);
  run.enter_phase("fit");
  Model answer = method->fit(problem, run);

  if (const std::string breach = model_breach(answer, problem.student, "fit"); !breach.empty()) {
    for (RowOutcome& outcome : outcomes) fail(outcome, "contract", "fit", breach);
    return {};
  }
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    RowOutcome& outcome = outcomes[static_cast<std::size_t>(row)];
    if (outcome.failure.empty()) {
      outcome.result = row_record(run, row, answer.network->layout().size());
    }
    if (run.failed(row)) fail(outcome, "non_finite", "fit", run.failure(row));
    if (!answer.theta_KP[row].isfinite().all().item<bool>()) {
      fail(outcome, "non_finite", "fit", "the method returned parameters that are not finite");
    }
  }

  run.enter_phase("predict");
  const Dataset test = task.inputs(Split::test, View::strong, run.seeds()).to(job.device);
  // Not counted among the method's costs: every method is asked the same questions.
  Answers given{answers(problem.likelihood, answer, test).cpu(), {}};
  if (problem.likelihood == Likelihood::gaussian) {
    given.transfer_KNC = answers(problem.likelihood, answer, problem.transfer).cpu();
  }
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (given.test_KNC[row].isfinite().all().item<bool>()) continue;
    fail(outcomes[static_cast<std::size_t>(row)], "non_finite", "predict",
         "predictions of the method's model are not finite");
  }
  return given;
}

/// Metrics of the rows `good_A` (positions in the job), in their order.
std::vector<Json> score_rows(const Task& task, const Seeds& seeds, const StageReader& stages,
                             const Answers& given, const Tensor& good_A) {
  const auto of_good = [&](const Tensor& value_KN) { return value_KN.index_select(0, good_A); };
  const auto targets_of = [&](Split split) {
    return of_good(task.truth()->targets_KN(split, seeds));
  };
  const Tensor test_KNC = of_good(given.test_KNC);
  const Tensor weak_KNC = of_good(stages.rows("weak", "test_KNC"));
  const Tensor ceiling_KNC = of_good(stages.rows("ceiling", "test_KNC"));
  if (task.likelihood() != Likelihood::gaussian) {
    return score(test_KNC, weak_KNC, ceiling_KNC, targets_of(Split::test));
  }
  std::optional<OnTransfer> transfer;
  if (given.transfer_KNC.defined()) {
    transfer = {of_good(given.transfer_KNC), of_good(stages.rows("weak", "transfer_KNC")),
                targets_of(Split::transfer)};
  }
  return score_regression(test_KNC, weak_KNC, ceiling_KNC, targets_of(Split::test), transfer);
}

/// Metrics that mean nothing in this benchmark are there without a number.
Json with_every_metric(Json metrics) {
  static const Json all = description().at("metrics");
  for (const Json& metric : all) metrics.emplace(metric.at("id").get<std::string>(), nullptr);
  return metrics;
}

void write_predictions(const CellJob& job, const Seeds& seeds,
                       std::map<std::string, Tensor> tensors) {
  const std::vector<std::int64_t> seed_K(seeds.begin(), seeds.end());
  tensors["seed_K"] = at::tensor(seed_K, at::kLong);
  write_safetensors(job.output / "predictions.safetensors", tensors);
}

/// The rows of a formula: known without a model.
std::vector<RowOutcome> expected_rows(const CellJob& job, const Task& task, Run& run) {
  const auto risks = task.expected_risks();
  if (!risks) throw Error("the benchmark's task has no formula of its risks");
  std::vector<RowOutcome> outcomes(job.rows.size());
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    RowOutcome& outcome = outcomes[static_cast<std::size_t>(row)];
    outcome.result = row_record(run, row, 0);
    outcome.result["metrics"] = with_every_metric(score_expected(*risks));
  }
  run.enter_phase("write");
  write_predictions(job, run.seeds(), {});
  return outcomes;
}

}  // namespace

std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  if (job.reference == "formula") return expected_rows(job, *task, run);
  const StageReader stages(job.inputs, run.seeds());
  std::vector<RowOutcome> outcomes = stages.outcomes();
  if (all_failed(outcomes)) return outcomes;

  Answers given;
  if (job.method == nullptr) {
    given.test_KNC = read_reference(job, stages, outcomes);
  } else {
    const Problem problem = make_problem(settings, *task, run.seeds(), stages, job.device);
    given = run_method(job, problem, *task, run, outcomes);
  }
  if (all_failed(outcomes)) return outcomes;

  run.enter_phase("score");
  // Only rows that can be scored: predictions of the others need not be numbers.
  std::vector<std::int64_t> good;
  for (std::size_t row = 0; row < outcomes.size(); ++row) {
    if (outcomes[row].failure.empty()) good.push_back(static_cast<std::int64_t>(row));
  }
  const std::vector<Json> scores =
      score_rows(*task, run.seeds(), stages, given, at::tensor(good, at::kLong));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Json& metrics = outcomes[static_cast<std::size_t>(good[i])].result["metrics"] =
        with_every_metric(scores[i]);
    if (job.reference == "judge") {
      metrics["debated_truth"] =
          stages.result("transcripts1", good[i]).at("metrics").at("debated_truth");
    }
    // Decoding multiplies the answers to tasks that depend on one another as if they did not: which
    // class is likeliest means something, how likely it is does not.
    if (job.reference == "pretraining-decoded") metrics["ece"] = metrics["brier"] = nullptr;
  }

  run.enter_phase("write");
  const bool gaussian = task->likelihood() == Likelihood::gaussian;
  write_predictions(job, run.seeds(),
                    {{gaussian ? "answer_KNC" : "probability_KNC", given.test_KNC},
                     {"item_KN", task->items_KN(Split::test, run.seeds())}});
  return outcomes;
}

}  // namespace assay::weak_to_strong
