#include "sdk/families/delta/class_measures.h"

#include <ATen/ATen.h>
#include <assay/likelihood.h>

namespace assay::delta {

Measures answer_measures(const Tensor& logits_KNC, const Tensor& start_KNC) {
  const Tensor log_p_KNC = logits_KNC.log_softmax(2);
  return {{"kl", kl_divergence(Likelihood::categorical, logits_KNC, start_KNC).mean(1)},
          {"entropy", -(log_p_KNC.exp() * log_p_KNC).sum(2).mean(1)}};
}

Tensor accuracy_K(const Tensor& logits_KNC, const Tensor& label_KN) {
  return logits_KNC.argmax(2).eq(label_KN).to(at::kDouble).mean(1);
}

Tensor logits_of(const Model& model, const Tensor& x_KNF) {
  const Dataset data = Dataset::own(x_KNF.to(model.theta_KP.device()));
  return predict_logits(model, data).cpu().to(at::kDouble);
}

}  // namespace assay::delta
