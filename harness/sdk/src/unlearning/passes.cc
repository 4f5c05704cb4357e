#include "sdk/internal/unlearning/part_weights.h"

#include <assay/common/error.h>
#include <assay/unlearning/passes.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace assay::unlearning {

Model alternate(const Problem& problem, Run& run, const std::vector<Pass>& passes,
                const Hooks& hooks, const std::function<void(const Model& model)>& after_epoch) {
  const Recipe& recipe = problem.recipe;
  if (recipe.steps > 0) {
    throw Error((problem.place.empty() ? "alternate" : problem.place) +
                ": passes over the sets take turns by epochs: set epochs, not steps");
  }
  Model model = problem.original;
  const auto count = static_cast<std::int64_t>(passes.size());
  for (std::int64_t epoch = 0; epoch < recipe.epochs; ++epoch) {
    const double factor = schedule_factor(recipe.schedule, recipe.warmup, epoch, recipe.epochs);
    for (std::int64_t at = 0; at < count; ++at) {
      const Pass& pass = passes[static_cast<std::size_t>(at)];
      if (pass.epochs >= 0 && epoch >= pass.epochs) continue;
      Recipe one = recipe;
      one.epochs = 1;
      one.schedule = "constant";
      one.warmup = 0;
      one.lr *= factor;
      if (one.lr_K1.defined()) one.lr_K1 = one.lr_K1 * factor;
      if (pass.batch > 0) one.batch = pass.batch;
      run.begin_part(static_cast<int>(epoch * count + at), static_cast<int>(recipe.epochs * count));
      const auto objective = [&](const Batch& batch) {
        const Tensor label_AB = batch.gather(pass.part->label_KN);
        Batch counted = batch;  // of an answer its positions alone, as edit() gives them
        counted.logits_KBC = counted_logits(problem.likelihood, batch.logits_KBC, label_AB);
        return pass.loss(counted, label_AB, epoch);
      };
      model = train(model, pass.part->data, one, run, objective, hooks);
    }
    run.checkpoint(epoch + 1, model.theta_KP);
    if (after_epoch) after_epoch(model);
  }
  return model;
}

Model relabel(const Problem& problem, Run& run, const Hooks& hooks) {
  const Streams streams = run.streams("random-labels");
  const std::int64_t outputs = problem.original.network->classes();
  const auto labels = static_cast<double>(outputs == 1 ? 2 : outputs);
  Tensor label_KN;
  std::int64_t drawn = -1;
  const auto loss_A = [&](const Batch& batch, const Tensor& label_AB) {
    return -batch.mean(log_likelihood(problem.likelihood, batch.logits_KBC, label_AB));
  };
  const auto random = [&](const Batch& batch, const Tensor&, std::int64_t epoch) {
    if (drawn != epoch) {
      const Tensor uniform_KN = streams.uniform({problem.forget.data.largest_count()}, epoch);
      label_KN = (uniform_KN * labels).floor().to(batch.x.device(), at::kLong);
      drawn = epoch;
    }
    return loss_A(batch, batch.gather(label_KN));
  };
  const auto given = [&](const Batch& batch, const Tensor& label_AB, std::int64_t) {
    return loss_A(batch, label_AB);
  };
  return alternate(
      problem, run,
      {{&problem.forget, 0, -1, random}, {&problem.retain, problem.retain_batch, -1, given}},
      hooks);
}

Tensor mean_error(const Model& model, const Part& part, Likelihood likelihood, Run& run) {
  const at::NoGradGuard no_record;
  const Tensor logits_KNC = predict_logits(model, part.data, &run);
  const Tensor error_KN = likelihood == Likelihood::gaussian
                              ? -log_likelihood(likelihood, logits_KNC, part.label_KN)
                              : 1 - is_correct(likelihood, logits_KNC, part.label_KN);
  return (error_KN.to(at::kDouble) * part_shares(part.data, logits_KNC.device())).sum(1);
}

void Rewind::keep(const Model& model) {
  theta_KP_.push_back(model.theta_KP.clone());
  error_K_.push_back(mean_error(model, problem_.forget, problem_.likelihood, run_));
}

Model Rewind::nearest(const Model& last) {
  if (theta_KP_.empty()) return last;
  const Tensor target_K = mean_error(last, problem_.validation, problem_.likelihood, run_);
  Model chosen{last.network, last.theta_KP.clone()};
  for (std::int64_t row = 0; row < last.rows(); ++row) {
    double nearest = -1;
    for (std::size_t at = 0; at < theta_KP_.size() && !run_.failed(row); ++at) {
      const double distance = (error_K_[at][row] - target_K[row]).abs().item<double>();
      if (nearest >= 0 && distance > nearest) continue;
      nearest = distance;
      chosen.theta_KP[row].copy_(theta_KP_[at][row]);
    }
  }
  return chosen;
}

}  // namespace assay::unlearning
