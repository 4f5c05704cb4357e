// Cells: one method or reference on the rows of a block, scored.
#include "sdk/families/continual/evaluator.h"
#include "sdk/families/continual/family.h"
#include "sdk/families/continual/scoring.h"
#include "sdk/families/continual/settings.h"
#include "sdk/families/continual/tuning.h"
#include "sdk/families/support/answer.h"
#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"
#include "sdk/internal/safetensors.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <algorithm>
#include <cmath>

namespace assay::continual {
namespace {

/// The network as it starts, asked once.
Learned untrained(const Problem& problem, const Stream& stream, const StreamOptions& options,
                  Run& run) {
  const Evaluator evaluator(problem, stream, options, run);
  const Answers answers =
      evaluator.ask(nullptr, problem.start, evaluator.all_KN(), stream.outputs_TC().any(0), 0);
  Learned learned{problem.start, answers.answer_KM.unsqueeze(0), {}, {}, 0};
  if (answers.identity_KM.defined()) learned.identity_IKN = answers.identity_KM.unsqueeze(0);
  return learned;
}

void check_needs(const MethodInfo& info, const Method& method, std::int64_t tasks) {
  const auto has = [&](const char* need) { return has_need(info, need); };
  for (std::int64_t task = 0; task < tasks; ++task) {
    for (const std::int64_t other : method.trains_on(task, tasks)) {
      if (other < 0 || other >= tasks) {
        throw Error(info.id + ": trains_on(" + std::to_string(task) + ", " + std::to_string(tasks) +
                    ") names task " + std::to_string(other));
      }
      const char* need = other < task ? "past_tasks" : "all_tasks";
      if (other == task || has(need) || has("all_tasks")) continue;
      throw Error(info.id + " trains on task " + std::to_string(other) + " while task " +
                  std::to_string(task) + " is the present one: that takes needs(\"" + need + "\")");
    }
  }
}

Learned run_method(const CellJob& job, const Settings& settings, const Problem& problem,
                   const Stream& stream, const std::vector<CellRow>& rows, Run& run) {
  run.enter_phase("create");
  const MethodInfo info = job.method->describe();
  const MethodHandle<Method> method(*job.method, row_parameters(info, rows, job.device));
  check_needs(info, *method, stream.tasks());
  StreamOptions options = settings.options;
  options.checkpoint = job.checkpoint;
  return run_stream(problem, stream, *method, job.method->hooks, run, options);
}

void record_row(const Tensor& value_IT, const char* prefix, Json& curves) {
  const std::int64_t moments = value_IT.size(0), tasks = value_IT.size(1);
  for (std::int64_t i = 1; i < moments; ++i) {
    for (std::int64_t j = 0; j < tasks; ++j) {
      const double value = value_IT[i][j].item<double>();
      curves[prefix + std::to_string(j + 1)].push_back(
          {i, std::isfinite(value) ? Json(value) : Json()});
    }
  }
}

Json score_row(const Settings& settings, const Problem& problem, const Learned& learned,
               const Truth& truth, const Tensor& value_KIT, const Tensor& identity_KIT,
               const Tensor& label_KN, std::int64_t row, Json& curves) {
  const std::int64_t tasks = problem.tasks;
  const Tensor value_IT = value_KIT[row];
  const bool learned_all = value_IT.size(0) == tasks + 1;
  Json metrics = {{"acc", value_IT[-1].mean().item<double>()}};
  if (learned_all) {
    record_row(value_IT, "accuracy.task", curves);
    for (std::int64_t i = 1; i <= tasks; ++i) {
      curves["average"].push_back({i, value_IT[i].narrow(0, 0, i).mean().item<double>()});
    }
    metrics = stream_metrics(value_IT, settings.scenario == Scenario::domain &&
                                           settings.task.at("use") != "split_fashion_mnist");
    metrics["min_acc"] =
        watched_metric(learned.moments, label_KN, tasks, problem.likelihood, row, curves);
  }
  metrics["stored_bytes"] = learned.stored_bytes;
  if (settings.scenario == Scenario::class_) {
    metrics["acc_task_identity"] = identity_KIT[row][-1].mean().item<double>();
    if (learned_all) record_row(identity_KIT[row], "identity.task", curves);
  }
  const Tensor posterior_KP = truth.posterior_KP();
  if (posterior_KP.defined()) {
    const Tensor mean = posterior_KP[row], theta = learned.model.theta_KP[row].cpu();
    metrics["posterior_distance"] = ((theta - mean).norm() / mean.norm()).item<double>();
  }
  return metrics;
}

}  // namespace

std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto stream = settings.make_stream(run.seeds());
  const std::string name = job.method == nullptr ? job.reference : job.method->describe().id;
  const Problem problem = make_problem(settings, *stream, run.seeds(), name, job.device);
  std::vector<RowOutcome> outcomes(job.rows.size());

  std::vector<CellRow> rows = job.rows;
  std::vector<double> strength;
  Learned learned;
  if (job.method == nullptr) {
    learned = untrained(problem, *stream, settings.options, run);
  } else {
    strength = tune(job, settings, rows, run);
    learned = run_method(job, settings, problem, *stream, rows, run);
  }

  run.enter_phase("score");
  const auto truth = stream->truth();
  const Tensor label_KN = truth->labels_KN();
  const auto matrix = [&](const Tensor& answer_IKN) {
    return answer_IKN.defined()
               ? value_matrix_KIT(answer_IKN, label_KN, problem.tasks, problem.likelihood)
               : Tensor();
  };
  const Tensor value_KIT = matrix(learned.answer_IKN), identity_KIT = matrix(learned.identity_IKN);
  const double plain = plain_flops(problem, settings.task.at("train").get<std::int64_t>());
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    RowOutcome& outcome = outcomes[static_cast<std::size_t>(row)];
    outcome.result = row_record(run, row, problem.start.network->layout().size());
    if (run.failed(row)) {
      fail(outcome, "non_finite", "fit", run.failure(row));
      continue;
    }
    Json& metrics = outcome.result["metrics"] =
        score_row(settings, problem, learned, *truth, value_KIT, identity_KIT, label_KN, row,
                  outcome.result["curves"]);
    metrics["flops_share"] = run.costs(row).flops / plain;
    if (!strength.empty()) metrics["strength"] = strength[static_cast<std::size_t>(row)];
  }

  run.enter_phase("write");
  std::vector<std::int64_t> seeds(run.seeds().begin(), run.seeds().end());
  TensorMap tensors = {{"answer_KIN", learned.answer_IKN.transpose(0, 1).contiguous()},
                       {"seed_K", at::tensor(seeds, at::kLong)}};
  if (learned.identity_IKN.defined()) {
    tensors["identity_KIN"] = learned.identity_IKN.transpose(0, 1).contiguous();
  }
  write_safetensors(job.output / "predictions.safetensors", tensors);
  return outcomes;
}

}  // namespace assay::continual
