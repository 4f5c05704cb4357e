// Of methods and stages alike: what a model answers, and how a model imitates answers.
#include <assay/weak_to_strong.h>

#include <ATen/ATen.h>

namespace assay::weak_to_strong {

Tensor answers(Likelihood likelihood, const Model& model, const Dataset& data, Run* run) {
  return likelihood == Likelihood::gaussian ? predict_logits(model, data, run)
                                            : predict_probabilities(model, data, run);
}

Objective imitate(Likelihood likelihood, Tensor target_KNC) {
  if (likelihood == Likelihood::gaussian) {
    return [target_KNC = std::move(target_KNC)](const Batch& batch) {
      return batch.mean(-log_likelihood(Likelihood::gaussian, batch.logits_KBC,
                                        batch.gather(target_KNC).squeeze(2)));
    };
  }
  return [target_KNC = std::move(target_KNC)](const Batch& batch) {
    return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(target_KNC)));
  };
}

}  // namespace assay::weak_to_strong
