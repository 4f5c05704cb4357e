#include "sdk/families/unlearning/relearning.h"

#include "sdk/families/unlearning/answers.h"

#include <ATen/ATen.h>

namespace assay::unlearning {

Tensor relearning_gain(const Settings& settings, const Maker& maker, const Model& model, Run& run) {
  const std::int64_t seeds = run.rows(), each = model.rows() / seeds;
  const Part forget = maker.part(repeated(maker.task.items(Split::forget, run.seeds()), each));
  const Likelihood likelihood = maker.task.likelihood();
  const auto probability_S = [&](const Tensor& theta_KP) {
    const Tensor logits_KNC = predict_logits({model.network, theta_KP}, forget.data);
    return answer_probability(likelihood, logits_KNC, forget.label_KN)
        .cpu()
        .view({seeds, -1})
        .mean(1);
  };
  std::vector<Tensor> after;  // each epoch
  // Rows that have failed are missing from a step's parameters: theirs are not a number from then
  // on.
  Tensor theta_KP = model.theta_KP.detach().clone();
  const std::int64_t steps =
      (forget.data.largest_count() + settings.relearn->batch - 1) / settings.relearn->batch;
  Hooks hooks;
  hooks.after_step = [&](const Batch& batch, Tensor& theta_AP) {
    if ((batch.step + 1) % steps != 0) return;
    theta_KP.fill_(NAN).index_copy_(0, batch.rows_A, theta_AP);
    after.push_back(probability_S(theta_KP));
  };
  Run attack(model_seeds(run.seeds(), "relearning", each));
  train(
      model, forget.data, *settings.relearn, attack,
      [&](const Batch& batch) {
        return batch.mean(
            -log_likelihood(likelihood, batch.logits_KBC, batch.gather(forget.label_KN)));
      },
      hooks);
  const Tensor before_S = probability_S(model.theta_KP);
  run.record("relearn.forget", 0, before_S);
  for (std::size_t epoch = 0; epoch < after.size(); ++epoch) {
    run.record("relearn.forget", static_cast<std::int64_t>(epoch) + 1, after[epoch]);
  }
  return after.empty() ? at::full_like(before_S, NAN) : at::stack(after).mean(0) - before_S;
}

}  // namespace assay::unlearning
