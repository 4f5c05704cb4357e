#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace assay::unlearning {

Tensor forget_log_likelihood(const Problem& problem, const Sides& sides) {
  return log_likelihood(problem.likelihood, sides.forget.logits_KBC, sides.forget_label_AB);
}

Tensor retain_loss(const Problem& problem, const Sides& sides) {
  return -sides.retain.mean(
      log_likelihood(problem.likelihood, sides.retain.logits_KBC, sides.retain_label_AB));
}

Tensor forget_lengths(const Problem& problem, const Sides& sides) {
  return label_lengths(problem.likelihood, sides.forget_label_AB);
}

Tensor activation_distance(const Problem& problem, const Tensor& h_ABD, const Tensor& target_ABD,
                           const Tensor& label_AB) {
  const Tensor squared_ABD = (h_ABD - target_ABD).square();
  const Tensor mean_AB = counted_logits(problem.likelihood, squared_ABD, label_AB).mean(-1);
  if (problem.likelihood != Likelihood::sequence) return mean_AB;
  return mean_AB.sum(2) / label_lengths(problem.likelihood, label_AB).clamp_min(1);
}

Tensor mean_of_both(const Sides& sides, const Tensor& forget_AB, const Tensor& retain_AB) {
  const Tensor weight_AB = at::cat({sides.forget.weight_AB, sides.retain.weight_AB}, 1);
  return (at::cat({forget_AB, retain_AB}, 1) * weight_AB).sum(1) / weight_AB.sum(1);
}

Tensor reference_logits(const Problem& problem, const Part& part, Run& run) {
  return counted_logits(problem.likelihood, predict_logits(problem.original, part.data, &run),
                        part.label_KN);
}

Tensor reference_log_likelihood(const Problem& problem, const Part& part, Run& run) {
  const at::NoGradGuard no_record;
  return log_likelihood(problem.likelihood, reference_logits(problem, part, run), part.label_KN);
}

Model match(const Problem& problem, Run& run, const Tensor& forget_target_KNC,
            const Tensor& retain_target_KNC) {
  return edit(problem, run, Reads::both, [&](const Sides& sides) {
    const Tensor forget_KBC = sides.forget.logits_KBC - sides.forget.gather(forget_target_KNC);
    const Tensor retain_KBC = sides.retain.logits_KBC - sides.retain.gather(retain_target_KNC);
    return mean_of_both(sides, forget_KBC.square().flatten(2).mean(2),
                        retain_KBC.square().flatten(2).mean(2));
  });
}

}  // namespace assay::unlearning
