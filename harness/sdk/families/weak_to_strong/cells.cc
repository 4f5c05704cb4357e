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

namespace assay::weak_to_strong {
namespace {

/// The stage whose test predictions a reference row shows.
std::string stage_of_reference(const std::string& reference) {
  static const std::map<std::string, std::string> stages = {{"weak", "weak"},
                                                            {"ceiling", "ceiling"},
                                                            {"few-labels", "few_labels"},
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

/// Fits a method and predicts the test items. Neither labels nor the ceiling's predictions have
/// been read when this returns.
Tensor run_method(const CellJob& job, const Problem& problem, const Task& task, Run& run,
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
  const Tensor probability_KNC = predict_probabilities(answer, test).cpu();
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (probability_KNC[row].isfinite().all().item<bool>()) continue;
    fail(outcomes[static_cast<std::size_t>(row)], "non_finite", "predict",
         "predictions of the method's model are not finite");
  }
  return probability_KNC;
}

bool all_failed(const std::vector<RowOutcome>& outcomes) {
  for (const RowOutcome& outcome : outcomes) {
    if (outcome.failure.empty()) return false;
  }
  return true;
}

}  // namespace

std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  const StageReader stages(job.inputs, run.seeds());
  std::vector<RowOutcome> outcomes(job.rows.size());
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (const std::string why = stages.failure(row); !why.empty()) {
      fail(outcomes[static_cast<std::size_t>(row)], "stage", "data", why);
    }
  }
  if (all_failed(outcomes)) return outcomes;

  Tensor probability_KNC;
  if (job.method == nullptr) {
    probability_KNC = read_reference(job, stages, outcomes);
  } else {
    const Problem problem = make_problem(settings, *task, run.seeds(), stages, job.device);
    probability_KNC = run_method(job, problem, *task, run, outcomes);
  }
  if (all_failed(outcomes)) return outcomes;

  run.enter_phase("score");
  // Only rows that can be scored: predictions of the others need not be numbers.
  std::vector<std::int64_t> good;
  for (std::size_t row = 0; row < outcomes.size(); ++row) {
    if (outcomes[row].failure.empty()) good.push_back(static_cast<std::int64_t>(row));
  }
  const Tensor good_A = at::tensor(good, at::kLong);
  const auto of_good = [&](const Tensor& value_KN) { return value_KN.index_select(0, good_A); };
  const Tensor label_KN = task->truth()->labels_KN(Split::test, run.seeds());
  const std::vector<Json> scores =
      score(of_good(probability_KNC), of_good(stages.rows("weak", "test_KNC")),
            of_good(stages.rows("ceiling", "test_KNC")), of_good(label_KN));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Json& metrics = outcomes[static_cast<std::size_t>(good[i])].result["metrics"] = scores[i];
    // Decoding multiplies the answers to tasks that depend on one another as if they did not: which
    // class is likeliest means something, how likely it is does not.
    if (job.reference == "pretraining-decoded") metrics["ece"] = metrics["brier"] = nullptr;
  }

  run.enter_phase("write");
  std::vector<std::int64_t> seeds(run.seeds().begin(), run.seeds().end());
  write_safetensors(job.output / "predictions.safetensors",
                    {{"probability_KNC", probability_KNC},
                     {"item_KN", task->items_KN(Split::test, run.seeds())},
                     {"seed_K", at::tensor(seeds, at::kLong)}});
  return outcomes;
}

}  // namespace assay::weak_to_strong
