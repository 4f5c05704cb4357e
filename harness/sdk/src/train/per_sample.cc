#include "sdk/internal/direct_pass.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/per_sample.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <algorithm>
#include <string>

namespace assay {
namespace {

// The gradients [B, P] of a cohort that has one sample in each row, by its logits' derivatives [B,
// 1, C].
Tensor gradients_of_rows(const Network& network, const Tensor& theta_BP, const Tensor& x_B1F,
                         const std::function<Tensor(const Tensor&)>& dlogits_of) {
  if (const auto direct = network.direct_pass(theta_BP); direct && direct->fits(1)) {
    const Tensor x = x_B1F.contiguous();
    const Outputs outputs = direct->forward(theta_BP, x, false, /*keep=*/true);
    const Tensor dlogits = dlogits_of(outputs.logits_KBC).contiguous();
    Tensor gradient_BP = at::empty(theta_BP.sizes(), theta_BP.options());
    direct->backward(theta_BP, x, dlogits, {}, gradient_BP);
    return gradient_BP;
  }
  const at::AutoGradMode record(true);
  const Tensor leaf_BP = theta_BP.contiguous().detach().requires_grad_(true);
  const Outputs outputs = network.forward(ParameterView(network.layout(), leaf_BP), x_B1F, {});
  const Tensor dlogits = dlogits_of(outputs.logits_KBC.detach());
  return torch::autograd::grad({outputs.logits_KBC}, {leaf_BP}, {dlogits})[0];
}

Tensor made(DirectPass::Each each, const Tensor& gradient_BP) {
  return each == DirectPass::Each::squared ? gradient_BP.square() : gradient_BP.abs();
}

// By way of the samples' gradients, so many at a time that they take about 64 MB: for networks
// whose pass cannot do better.
Tensor plain_sum_of_each(DirectPass::Each each, const Model& model, const Tensor& x,
                         const Tensor& dlogits_KBC) {
  constexpr std::int64_t elements_at_once = 16'000'000;
  const std::int64_t parameters = std::max<std::int64_t>(model.theta_KP.size(1), 1);
  const std::int64_t at_once = std::max<std::int64_t>(elements_at_once / parameters, 1);
  Tensor sum_KP = at::zeros_like(model.theta_KP);
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    const Tensor inputs = x[x.size(0) == 1 ? 0 : row];
    for (std::int64_t from = 0; from < inputs.size(0); from += at_once) {
      const std::int64_t to = std::min(from + at_once, inputs.size(0));
      const Tensor theta_BP = model.theta_KP[row].unsqueeze(0).expand({to - from, -1});
      const Tensor gradient_BP = gradients_of_rows(
          *model.network, theta_BP, inputs.slice(0, from, to).unsqueeze(1),
          [&](const Tensor&) { return dlogits_KBC[row].slice(0, from, to).unsqueeze(1); });
      sum_KP[row].add_(made(each, gradient_BP).sum(0));
    }
  }
  return sum_KP;
}

Tensor sum_of_each(const char* name, DirectPass::Each each, const Model& model, const Tensor& x,
                   const Tensor& dlogits_KBC) {
  if (dlogits_KBC.dim() < 3 || dlogits_KBC.size(0) != model.rows() || x.dim() < 3 ||
      dlogits_KBC.size(1) != x.size(1) || dlogits_KBC.size(-1) != model.network->classes() ||
      (x.size(0) != model.rows() && x.size(0) != 1)) {
    throw Error(std::string(name) + ": expected inputs [" + std::to_string(model.rows()) +
                " or 1, batch, features...] and derivatives [" + std::to_string(model.rows()) +
                ", batch, " + std::to_string(model.network->classes()) + "], got " + shape_text(x) +
                " and " + shape_text(dlogits_KBC));
  }
  const at::NoGradGuard no_record;
  const Tensor theta_KP = model.theta_KP.detach().contiguous();
  const auto direct = model.network->direct_pass(theta_KP);
  if (direct && direct->fits(x.size(1)) && direct->has_each()) {
    const Tensor inputs = x.contiguous();
    direct->forward(theta_KP, inputs, false, /*keep=*/true);
    Tensor sum_KP = at::empty_like(theta_KP);
    direct->backward_each(each, theta_KP, inputs, dlogits_KBC.contiguous(), sum_KP);
    return sum_KP;
  }
  return plain_sum_of_each(each, {model.network, theta_KP}, x, dlogits_KBC);
}

}  // namespace

Tensor per_sample_gradients(const Network& network, const Tensor& theta_P, const Tensor& x_BF,
                            const SampleLoss& loss) {
  if (theta_P.dim() != 1 || theta_P.size(0) != network.layout().size() || x_BF.dim() < 2) {
    throw Error("per_sample_gradients: expected parameters [" +
                std::to_string(network.layout().size()) +
                "] and inputs [samples, features...], got " + shape_text(theta_P) + " and " +
                shape_text(x_BF));
  }
  const Tensor theta_BP = theta_P.detach().contiguous().unsqueeze(0).expand({x_BF.size(0), -1});
  return gradients_of_rows(network, theta_BP, x_BF.unsqueeze(1), [&](const Tensor& logits) {
    const at::AutoGradMode record(true);
    const Tensor leaf_B1C = logits.detach().requires_grad_(true);
    const Tensor loss_B = loss(leaf_B1C);
    if (loss_B.dim() != 1 || loss_B.size(0) != logits.size(0)) {
      throw Error("per_sample_gradients: the loss must be [" + std::to_string(logits.size(0)) +
                  "], one value a sample, but is " + shape_text(loss_B));
    }
    return torch::autograd::grad({loss_B.sum()}, {leaf_B1C})[0];
  });
}

Tensor sum_of_squared_gradients(const Model& model, const Tensor& x, const Tensor& dlogits_KBC) {
  return sum_of_each("sum_of_squared_gradients", DirectPass::Each::squared, model, x, dlogits_KBC);
}

Tensor sum_of_absolute_gradients(const Model& model, const Tensor& x, const Tensor& dlogits_KBC) {
  return sum_of_each("sum_of_absolute_gradients", DirectPass::Each::absolute, model, x,
                     dlogits_KBC);
}

}  // namespace assay
