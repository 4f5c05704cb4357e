#include "sdk/internal/direct_pass.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/continual/gradient_constraint.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <algorithm>

namespace assay::continual {
namespace {

// The derivative of the rows' mean losses by the samples' logits.
Tensor derivative_by_logits(Likelihood likelihood, const Tensor& logits_AMC,
                            const Samples& samples) {
  const at::AutoGradMode record(true);
  const Tensor leaf_AMC = logits_AMC.detach().requires_grad_(true);
  const Tensor outputs_AMC =
      likelihood == Likelihood::categorical ? restricted(leaf_AMC, samples.allowed_AMC) : leaf_AMC;
  const Tensor count_A1 = samples.weight_AM.sum(1, true).clamp_min(1e-30);
  const Tensor loss_AM = -log_likelihood(likelihood, outputs_AMC, samples.label_AM);
  return torch::autograd::grad({(loss_AM * samples.weight_AM / count_A1).sum()}, {leaf_AMC})[0];
}

}  // namespace

Tensor gradient_on(const Network& network, const Batch& batch, const Tensor& theta_AP,
                   const Samples& samples, Run& run) {
  if (samples.x.dim() < 3 || samples.x.size(0) != theta_AP.size(0) ||
      samples.weight_AM.sizes() != samples.x.sizes().slice(0, 2)) {
    throw Error("gradient_on: expected samples and weights of " + std::to_string(theta_AP.size(0)) +
                " active rows, got " + shape_text(samples.x) + " and " +
                shape_text(samples.weight_AM));
  }
  const std::int64_t count = samples.x.size(1);
  for (const Tensor& row : batch.rows_A.cpu().unbind()) {
    Costs& costs = run.costs(row.item<std::int64_t>());
    costs.gradient_samples += count;
    costs.flops += 3 * network.forward_flops() * static_cast<double>(count);
  }
  const Tensor x = samples.x.to(theta_AP.scalar_type()).contiguous();
  if (const auto direct = network.direct_pass(theta_AP); direct && direct->fits(count)) {
    const Tensor logits_AMC = direct->forward(theta_AP, x, false, /*keep=*/true).logits_KBC;
    const Tensor dlogits_AMC = derivative_by_logits(batch.likelihood, logits_AMC, samples);
    Tensor gradient_AP = at::empty_like(theta_AP);
    direct->backward(theta_AP, x, dlogits_AMC.contiguous(), {}, gradient_AP);
    return gradient_AP;
  }
  const at::AutoGradMode record(true);
  const Tensor leaf_AP = theta_AP.detach().requires_grad_(true);
  const Tensor logits_AMC =
      network.forward(ParameterView(network.layout(), leaf_AP), x, {}).logits_KBC;
  return torch::autograd::grad({logits_AMC}, {leaf_AP},
                               {derivative_by_logits(batch.likelihood, logits_AMC, samples)})[0]
      .contiguous();
}

void project_off(const Tensor& reference_AP, Tensor& gradient_AP) {
  const Tensor product_A1 = (gradient_AP * reference_AP).sum(1, true);
  const Tensor square_A1 = reference_AP.square().sum(1, true);
  gradient_AP.addcmul_(reference_AP, product_A1.clamp_max(0) / square_A1.clamp_min(1e-30), -1);
}

void project_onto_cone(const Tensor& memory_ATP, const Tensor& margin_A1, Tensor& gradient_AP) {
  const std::int64_t rows = memory_ATP.size(0), tasks = memory_ATP.size(1);
  if (memory_ATP.dim() != 3 || gradient_AP.size(0) != rows ||
      memory_ATP.size(2) != gradient_AP.size(1) || margin_A1.numel() != rows) {
    throw Error("project_onto_cone: expected gradients [rows, tasks, parameters] for " +
                shape_text(gradient_AP) + " and a margin a row, got " + shape_text(memory_ATP) +
                " and " + shape_text(margin_A1));
  }
  // In double: the tasks' gradients may be close to one another.
  const auto host = [](const Tensor& value) {
    return value.to(at::kCPU, at::kDouble).contiguous();
  };
  const Tensor square_ATT = host(memory_ATP.bmm(memory_ATP.transpose(1, 2)));
  const Tensor product_AT = host(memory_ATP.bmm(gradient_AP.unsqueeze(2)).squeeze(2));
  const Tensor margin_A = host(margin_A1.reshape({-1}));
  Tensor v_AT = at::zeros({rows, tasks}, at::kDouble);
  const auto* square = square_ATT.const_data_ptr<double>();
  const auto* product = product_AT.const_data_ptr<double>();
  for (std::int64_t row = 0; row < rows; ++row, square += tasks * tasks, product += tasks) {
    const std::vector<double> q(product, product + tasks);
    if (std::all_of(q.begin(), q.end(), [](double value) { return value >= 0; })) continue;
    const std::vector<double> v =
        gem_dual({square, square + tasks * tasks}, q, margin_A.const_data_ptr<double>()[row]);
    std::copy(v.begin(), v.end(), v_AT.mutable_data_ptr<double>() + row * tasks);
  }
  gradient_AP.add_(
      memory_ATP.transpose(1, 2).bmm(v_AT.to(memory_ATP.options()).unsqueeze(2)).squeeze(2));
}

}  // namespace assay::continual
