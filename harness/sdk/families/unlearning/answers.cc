#include "sdk/families/unlearning/answers.h"

#include <ATen/ATen.h>

namespace assay::unlearning {

Tensor token_log_probability(Likelihood kind, const Tensor& logits_KNC, const Tensor& label_KN) {
  const Tensor log_p_KN = log_likelihood(kind, logits_KNC, label_KN).to(at::kDouble);
  return log_p_KN / label_lengths(kind, label_KN).clamp_min(1);
}

Tensor answer_probability(Likelihood kind, const Tensor& logits_KNC, const Tensor& label_KN) {
  return token_log_probability(kind, logits_KNC, label_KN).exp();
}

Tensor extraction_strength(const Tensor& logits_KNTV, const Tensor& label_KNT) {
  const Tensor counts_KNT = label_KNT.ge(0);
  const Tensor right_KNT = logits_KNTV.argmax(3).eq(label_KNT).logical_or(counts_KNT.logical_not());
  // 1 from where on every token is right.
  const Tensor end_KNT = right_KNT.to(at::kDouble).flip(2).cumprod(2).flip(2);
  return (end_KNT * counts_KNT).sum(2) / counts_KNT.sum(2).clamp_min(1);
}

Tensor truth_ratio(const std::vector<Tensor>& log_false_KN, const Tensor& log_true_KN) {
  return (at::stack(log_false_KN).mean(0) - log_true_KN).exp();
}

Tensor indifference(const Tensor& ratio_KN) {
  return at::minimum(ratio_KN, ratio_KN.reciprocal());
}

Tensor truthfulness(const Tensor& ratio_KN) {
  return (1 - ratio_KN).clamp_min(0);
}

Tensor harmonic_mean(const std::vector<Tensor>& value_S) {
  const Tensor value_NS = at::stack(value_S);
  return value_NS.reciprocal().mean(0).reciprocal();  // 1 / 0 is infinite, and its inverse 0
}

}  // namespace assay::unlearning
