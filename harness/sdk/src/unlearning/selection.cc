#include <assay/unlearning/selection.h>

#include "sdk/internal/unlearning/part_weights.h"

#include <assay/unlearning/curvature.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <algorithm>

namespace assay::unlearning {
namespace {

constexpr std::int64_t samples_at_once = 4096;  // over all rows

// The derivatives of -log p(label) by the logits, [K, B, C].
Tensor loss_derivative(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB) {
  const at::AutoGradMode record(true);
  const Tensor leaf_KBC = logits_KBC.detach().requires_grad_(true);
  return torch::autograd::grad({-log_likelihood(kind, leaf_KBC, label_KB).sum()}, {leaf_KBC})[0];
}

// Values [K, B, ...] times one number a sample.
Tensor of_samples(const Tensor& value_KBC, const Tensor& number_KB) {
  std::vector<std::int64_t> shape = number_KB.sizes().vec();
  shape.resize(static_cast<std::size_t>(value_KBC.dim()), 1);
  return value_KBC * number_KB.reshape(shape);
}

}  // namespace

Tensor saliency_mask(const Problem& problem, const Tensor& share_K1, Run& run) {
  const Tensor size_KP = mean_gradient(problem.original, problem.forget,
                                       negative_log_likelihood(problem.likelihood), run)
                             .abs();
  const Tensor count_K1 =
      (share_K1.to(size_KP.device(), at::kDouble) * static_cast<double>(size_KP.size(1))).round();
  const Tensor place_KP = size_KP.argsort(/*stable=*/true, 1, /*descending=*/true);
  const Tensor rank_KP = place_KP.argsort(/*stable=*/true, 1, /*descending=*/false);
  return rank_KP.lt(count_K1);
}

Hooks only_marked(const Tensor& mask_KP, const Tensor& start_KP) {
  Hooks hooks;
  hooks.after_backward = [mask_KP](const Batch& batch, const Tensor&, Tensor& gradient_AP) {
    gradient_AP = gradient_AP.masked_fill(batch.row(mask_KP).logical_not(), 0);
  };
  hooks.after_step = [mask_KP, start_KP = start_KP.detach()](const Batch& batch, Tensor& theta_AP) {
    theta_AP = at::where(batch.row(mask_KP), theta_AP, batch.row(start_KP));
  };
  return hooks;
}

Tensor importance(const Model& model, const Part& part, Likelihood likelihood, Run& run) {
  const at::NoGradGuard no_record;
  const Tensor theta_KP = model.theta_KP.detach().contiguous();
  const ParameterView parameters(model.network->layout(), theta_KP);
  const Tensor root_share_KN =
      part_shares(part.data, theta_KP.device()).sqrt().to(theta_KP.scalar_type());
  const std::int64_t items = part.data.largest_count();
  const std::int64_t chunk =
      std::max<std::int64_t>(samples_at_once / std::max<std::int64_t>(model.rows(), 1), 1);
  Tensor mean_KP = at::zeros_like(theta_KP);
  for (std::int64_t from = 0; from < items; from += chunk) {
    const std::int64_t to = std::min(from + chunk, items);
    const Tensor x = part.data.slice(from, to).to(theta_KP.scalar_type());
    const Tensor logits_KBC = model.network->forward(parameters, x, {}).logits_KBC;
    // The root of the share on the derivative is the share on its square.
    mean_KP += sum_of_squared_gradients(
        {model.network, theta_KP}, x,
        of_samples(loss_derivative(likelihood, logits_KBC, part.label_KN.slice(1, from, to)),
                   root_share_KN.slice(1, from, to)));
  }
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    const std::int64_t count = part.data.count(row);
    run.costs(row).gradient_samples += count;
    run.costs(row).flops += 4 * model.network->forward_flops() * static_cast<double>(count);
  }
  return mean_KP;
}

Tensor forget_share(const Problem& problem) {
  Tensor share_K1 = at::zeros({problem.rows(), 1}, at::kDouble);
  for (std::int64_t row = 0; row < problem.rows(); ++row) {
    const auto forget = static_cast<double>(problem.forget.data.count(row));
    share_K1[row].fill_(forget / (forget + static_cast<double>(problem.retain.data.count(row))));
  }
  return share_K1;
}

}  // namespace assay::unlearning
