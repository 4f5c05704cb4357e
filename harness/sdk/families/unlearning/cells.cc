// Cells: one method or reference on the seeds of a block, scored.
#include "sdk/families/support/answer.h"
#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"
#include "sdk/families/unlearning/answers.h"
#include "sdk/families/unlearning/family.h"
#include "sdk/families/unlearning/inner_run.h"
#include "sdk/families/unlearning/needs.h"
#include "sdk/families/unlearning/protocol.h"
#include "sdk/families/unlearning/relearning.h"
#include "sdk/families/unlearning/scoring.h"
#include "sdk/internal/safetensors.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <cmath>
#include <map>

namespace assay::unlearning {
namespace {

/// The stage whose models a reference row shows.
std::string stage_of_reference(const std::string& reference) {
  static const std::map<std::string, std::string> stages = {{"retrained", "oracles"},
                                                            {"floor", "fresh"},
                                                            {"do-nothing", "original"},
                                                            {"fine-tune", "fine_tune"}};
  const auto found = stages.find(reference);
  if (found == stages.end()) throw Error("unlearning has no reference '" + reference + "'");
  return found->second;
}

/// What is scored, and what the method cost.
struct Candidate {
  Answer answer;
  std::vector<std::pair<std::int64_t, Tensor>> checkpoints;
  std::vector<double> samples_S;  ///< gradient samples of one model
};

using Outcomes = std::vector<RowOutcome>;

/// Fails seeds whose answer is not finite, and those of which no model moved.
void check_parameters(const Tensor& theta_KP, const Tensor& original_KP, std::int64_t each,
                      const std::string& method, Outcomes& outcomes) {
  for (std::size_t seed = 0; seed < outcomes.size(); ++seed) {
    const auto from = static_cast<std::int64_t>(seed) * each;
    const Tensor mine = theta_KP.narrow(0, from, each);
    if (!mine.isfinite().all().item<bool>()) {
      fail(outcomes[seed], "non_finite", "unlearn",
           "the method returned parameters that are not finite");
    } else if (mine.sizes().slice(1) == original_KP.sizes().slice(1) &&
               at::equal(mine, original_KP.narrow(0, from, each))) {
      fail(outcomes[seed], "contract", "unlearn",
           "the answer of method '" + method +
               "' is the original model, not one parameter moved: with these settings it finds "
               "nothing to change");
    }
  }
}

/// Asks a method. Neither the holdout nor a scored oracle has been read when this returns.
Candidate run_method(const CellJob& job, const Settings& settings, const Maker& maker,
                     const StageReader& stages, Run& run, Outcomes& outcomes) {
  const MethodInfo info = job.method->describe();
  const std::int64_t each = settings.models;
  if (info.single_row && each > 1) {
    throw Error("method '" + info.id + "' takes one row at a time, but the benchmark has " +
                std::to_string(each) + " models a seed: set `models` to 1");
  }
  const Problem problem = make_problem(settings, maker, run.seeds(), stages, info);
  run.enter_phase("create");
  std::vector<CellRow> rows;
  for (const CellRow& row : job.rows) rows.insert(rows.end(), static_cast<std::size_t>(each), row);
  const Parameters parameters = row_parameters(info, rows, job.device);
  const MethodHandle<Method> method(*job.method, parameters);

  run.enter_phase("unlearn");
  const std::int64_t models = problem.rows();
  InnerRun inner(run, model_seeds(run.seeds(), "original", each), each);
  Run of_models = inner.part(0, models, models);
  std::vector<std::pair<std::int64_t, Tensor>> checkpoints = {
      {0, problem.original.theta_KP.detach().clone()}};
  std::int64_t offered = 0;
  of_models.on_checkpoint([&](std::int64_t step, const Tensor& theta_KP) {
    const bool fits = theta_KP.sizes() == problem.original.theta_KP.sizes();
    if (++offered % settings.trajectory == 0 && fits) {
      checkpoints.emplace_back(step, theta_KP.detach().clone());
    }
  });
  Answer answer = method->unlearn(problem, of_models);
  inner.take(of_models, 0);
  inner.finish();

  if (const std::string breach = answer_breach(answer, problem, info); !breach.empty()) {
    for (RowOutcome& outcome : outcomes) fail(outcome, "contract", "unlearn", breach);
  }
  for (std::int64_t seed = 0; seed < run.rows(); ++seed) {
    if (!run.failed(seed)) continue;
    fail(outcomes[static_cast<std::size_t>(seed)], "non_finite", "unlearn", run.failure(seed));
  }
  if (!answer.predictor && !all_failed(outcomes)) {
    answer.model.theta_KP = answer.model.theta_KP.detach();
    check_parameters(answer.model.theta_KP, problem.original.theta_KP, each, info.id, outcomes);
  }
  return {std::move(answer), std::move(checkpoints), inner.samples_S()};
}

/// What a predictor says: it is asked with what the harness knows of the items.
Said ask_predictor(const Answer& answer, const Scoring& scoring, const Maker& maker,
                   const StageReader& stages, bool attribution, std::int64_t each) {
  const Model original = stage_models(maker, stages, "original");
  return scoring.ask(
      [&](const std::string& split, const Items& items) {
        Query query{inputs_of(items, maker.task.type()).to(maker.device),
                    predict_logits(original, maker.data(items)),
                    {}};
        if (attribution && split != "forget_probe") {
          query.attribution_KNC =
              stages.rows("attribution", split).repeat_interleave(each, 0).to(maker.device);
        }
        const Tensor logits_KNC = answer.predictor(query);
        if (!logits_KNC.defined() || logits_KNC.sizes() != query.original_KNC.sizes()) {
          throw Error("the predictor must return logits of the original's shape");
        }
        return logits_KNC;
      },
      each);
}

void add(Values& values, const Values& more) {
  values.insert(more.begin(), more.end());
}

/// Relearning, and its gain on retrained models.
void add_relearning(const Settings& settings, const Maker& maker, const StageReader& stages,
                    const Model& model, Run& run, Values& values) {
  values["relearn_gain"] = relearning_gain(settings, maker, model, run);
  values["relearn_gain_retrained"] = stages.rows("relearned", "gain_S");
  values["relearn"] = values["relearn_gain"] / values["relearn_gain_retrained"];
}

/// What records keep of logits [S, models, n, C]: probabilities of classes, means of numbers, of
/// answers of tokens answer_probability() of the one that was taught, [S, models, n, 1].
Tensor predicted(Likelihood likelihood, const Tensor& logits_SNnC, const Tensor& label_SN) {
  switch (likelihood) {
    case Likelihood::categorical:
      return logits_SNnC.softmax(3);
    case Likelihood::bernoulli:
      return logits_SNnC.sigmoid();
    case Likelihood::gaussian:
      return logits_SNnC;
    case Likelihood::sequence:
      break;
  }
  const std::int64_t each = logits_SNnC.size(1);
  return answer_probability(likelihood, logits_SNnC.flatten(0, 1),
                            label_SN.repeat_interleave(each, 0))
      .unflatten(0, {label_SN.size(0), each})
      .unsqueeze(3);
}

/// Mean probabilities over the models of what records keep.
void write_predictions(const CellJob& job, const Said& said, const Maker& maker,
                       const Seeds& seeds) {
  TensorMap tensors;
  for (const auto& [name, split] :
       {std::pair<const char*, Split>{"forget", Split::forget}, {"holdout", Split::holdout}}) {
    const Items items = maker.task.items(split, seeds);
    const Tensor p = predicted(maker.task.likelihood(), said.at(name), items.label_SN);
    tensors[std::string(name) + "_KNC"] = p.mean(1);
    tensors[std::string(name) + "_id_KN"] = items.id_SN.contiguous();
  }
  const std::vector<std::int64_t> numbers(seeds.begin(), seeds.end());
  tensors["seed_K"] = at::tensor(numbers, at::kLong);
  write_safetensors(job.output / "predictions.safetensors", tensors);
}

/// Gradient samples of what a method was given beside the problem, in retrainings.
double one_off(const StageReader& stages, const Settings& settings, const MethodInfo& info,
               std::int64_t seed, double retraining) {
  const auto samples = [&](const char* stage) {
    return stages.result(stage, seed).at("metrics").at("samples").get<double>();
  };
  double sum = 0;
  if (has_need(info, "oracles")) sum += samples("spare") * static_cast<double>(settings.spare);
  if (has_need(info, "attribution")) sum += samples("attribution");
  return retraining > 0 ? sum / retraining : NAN;
}

}  // namespace

std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  const Maker maker(settings, *task, job.device);
  const StageReader stages(job.inputs, run.seeds());
  Outcomes outcomes = stages.outcomes();
  if (all_failed(outcomes)) return outcomes;

  const bool reference = job.method == nullptr;
  const MethodInfo info = reference ? MethodInfo(job.reference) : job.method->describe();
  Candidate candidate{Answer(Model{}), {}, {}};
  if (reference) {
    const std::string stage = stage_of_reference(job.reference);
    candidate.answer = stage_models(maker, stages, stage);
    for (std::int64_t row = 0; row < run.rows(); ++row) {
      // What a failed stage has to say of a row is nothing; the row has failed with it.
      const bool failed = !outcomes[static_cast<std::size_t>(row)].failure.empty();
      const bool free = failed || job.reference == "do-nothing";
      candidate.samples_S.push_back(
          free ? 0 : stages.result(stage, row).at("metrics").at("samples").get<double>());
      if (free) continue;
      const Json& counts = stages.result(stage, row).at("counts");
      Costs& costs = run.costs(row);
      costs.gradient_samples = counts.at("gradient_samples").get<std::int64_t>();
      costs.forward_samples = counts.at("forward_samples").get<std::int64_t>();
      costs.flops = counts.at("flops").get<double>();
    }
  } else {
    candidate = run_method(job, settings, maker, stages, run, outcomes);
  }
  if (all_failed(outcomes)) return outcomes;

  run.enter_phase("score");
  const Scoring scoring(settings, maker, run.seeds(), stages);
  const bool predictor = static_cast<bool>(candidate.answer.predictor);
  const Said said = predictor ? ask_predictor(candidate.answer, scoring, maker, stages,
                                              has_need(info, "attribution"), settings.models)
                              : scoring.ask(candidate.answer.model);
  Values values = scoring.score(said, job.reference == "retrained", run);
  if (!predictor) {
    const Model& model = candidate.answer.model;
    if (model.network->layout().size() == maker.network->layout().size()) {
      add(values,
          scoring.parameters(model.theta_KP.cpu().view({run.rows(), -1, model.theta_KP.size(1)})));
    }
    add(values, scoring.answers(model, said, values));
    scoring.trajectory(candidate.checkpoints, run);
    if (settings.relearn) add_relearning(settings, maker, stages, model, run, values);
  }
  if (has_need(info, "attribution")) values["fidelity"] = scoring.fidelity_S();

  for (std::int64_t row = 0; row < run.rows(); ++row) {
    RowOutcome& outcome = outcomes[static_cast<std::size_t>(row)];
    if (!outcome.failure.empty()) continue;
    outcome.result = row_record(run, row, maker.network->layout().size());
    Json& metrics = outcome.result["metrics"];
    const Json listed = description().at("metrics");
    for (const Json& metric : listed) metrics[metric.at("id").get<std::string>()] = nullptr;
    const auto set = [&](const std::string& name, double value) {
      metrics[name] = std::isfinite(value) ? Json(value) : Json();
    };
    for (const auto& [name, value_S] : values) set(name, value_S[row].item<double>());
    const double retraining = stages.result("oracles", row).at("metrics").at("samples");
    const double samples = candidate.samples_S.at(static_cast<std::size_t>(row));
    set("cost", retraining > 0 ? samples / retraining : NAN);
    const Json& oracles = stages.result("oracles", row).at("counts");
    const double one = oracles.at("flops").get<double>() / static_cast<double>(settings.oracles);
    const double models = static_cast<double>(reference ? candidate.answer.model.rows() / run.rows()
                                                        : settings.models);
    set("flops_share", one > 0 ? run.costs(row).flops / models / one : NAN);
    set("one_off_cost", one_off(stages, settings, info, row, retraining));
  }
  run.enter_phase("write");
  write_predictions(job, said, maker, run.seeds());
  return outcomes;
}

}  // namespace assay::unlearning
