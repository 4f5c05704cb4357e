#include <assay/unlearning/curvature.h>

#include "sdk/internal/unlearning/part_weights.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <algorithm>

namespace assay::unlearning {
namespace {

constexpr std::int64_t samples_at_once = 4096;  // over all rows

// Calls `add` with the sum over rows and over a chunk's items of share x loss, item by item chunk,
// recorded from leaf_KP on.
template <class Add>
void for_chunks(const Model& model, const Part& part, const PartLoss& loss, const Tensor& leaf_KP,
                const Add& add) {
  if (part.rows() != model.rows()) {
    throw Error("curvature: the model has " + std::to_string(model.rows()) + " rows, the items " +
                std::to_string(part.rows()));
  }
  const Tensor share_KN = part_shares(part.data, leaf_KP.device()).to(leaf_KP.scalar_type());
  const std::int64_t items = part.data.largest_count();
  const std::int64_t chunk =
      std::max<std::int64_t>(samples_at_once / std::max<std::int64_t>(model.rows(), 1), 1);
  for (std::int64_t from = 0; from < items; from += chunk) {
    const std::int64_t to = std::min(from + chunk, items);
    const Tensor x = part.data.slice(from, to).to(leaf_KP.scalar_type());
    const Tensor logits_KBC =
        model.network->forward(ParameterView(model.network->layout(), leaf_KP), x, {}).logits_KBC;
    const Tensor loss_KB = loss(logits_KBC, part.label_KN.slice(1, from, to));
    add((loss_KB * share_KN.slice(1, from, to)).sum());
  }
}

// The retained objective of every row, [K, 1]; counted for the rows that are `asked`.
Tensor objective(const Problem& problem, const Model& model, const Tensor& asked_K1, Run& run) {
  const Tensor logits_KNC = predict_logits(model, problem.retain.data);
  const Tensor log_p_KN = log_likelihood(problem.likelihood, logits_KNC, problem.retain.label_KN);
  const Tensor asked = asked_K1.cpu();
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    if (!asked[row].item<bool>()) continue;
    const std::int64_t count = problem.retain.data.count(row);
    run.costs(row).forward_samples += count;
    run.costs(row).flops += model.network->forward_flops() * static_cast<double>(count);
  }
  const Tensor share_KN = part_shares(problem.retain.data, logits_KNC.device());
  return problem.ridge / 2 * model.theta_KP.square().sum(1, true) -
         (log_p_KN * share_KN).sum(1, true);
}

// theta minus the step, or the largest half, quarter, ... of it with which the objective does not
// rise.
Tensor descended(const Problem& problem, const Model& model, const Tensor& step_KP, Run& run) {
  constexpr int most_halvings = 10;
  constexpr double rounding = 1e-12;
  const at::NoGradGuard no_record;
  Tensor theta_KP = model.theta_KP;
  Tensor going_K1 = at::ones({model.rows(), 1}, theta_KP.options().dtype(at::kBool));
  const Tensor before_K1 = objective(problem, model, going_K1, run);
  const Tensor allowed_K1 = before_K1 + rounding * (1 + before_K1.abs());
  double share = 1;
  for (int halving = 0; halving <= most_halvings && going_K1.any().item<bool>(); ++halving) {
    const Tensor tried_KP = model.theta_KP - share * step_KP;
    const Tensor fine_K1 =
        objective(problem, {model.network, tried_KP}, going_K1, run).le(allowed_K1);
    theta_KP = at::where(going_K1.logical_and(fine_K1), tried_KP, theta_KP);
    going_K1 = going_K1.logical_and(fine_K1.logical_not());
    share /= 2;
  }
  return theta_KP;
}

Tensor row_dot(const Tensor& a_KP, const Tensor& b_KP) {
  return (a_KP * b_KP).sum(1, true);
}

}  // namespace

PartLoss negative_log_likelihood(Likelihood kind) {
  return [kind](const Tensor& logits_KBC, const Tensor& label_KB) {
    return -log_likelihood(kind, logits_KBC, label_KB);
  };
}

Tensor mean_gradient(const Model& model, const Part& part, const PartLoss& loss, Run& run) {
  const at::AutoGradMode record(true);
  const Tensor leaf_KP = model.theta_KP.detach().clone().requires_grad_(true);
  Tensor gradient_KP = at::zeros_like(model.theta_KP);
  for_chunks(model, part, loss, leaf_KP,
             [&](const Tensor& sum) { gradient_KP += torch::autograd::grad({sum}, {leaf_KP})[0]; });
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    const std::int64_t count = part.data.count(row);
    run.costs(row).gradient_samples += count;
    run.costs(row).flops += 3 * model.network->forward_flops() * static_cast<double>(count);
  }
  return gradient_KP;
}

Tensor hessian_product(const Model& model, const Part& part, const PartLoss& loss,
                       const Tensor& v_KP) {
  const at::AutoGradMode record(true);
  const Tensor leaf_KP = model.theta_KP.detach().clone().requires_grad_(true);
  Tensor product_KP = at::zeros_like(v_KP);
  for_chunks(model, part, loss, leaf_KP, [&](const Tensor& sum) {
    const Tensor gradient_KP = torch::autograd::grad({sum}, {leaf_KP}, {}, /*retain_graph=*/true,
                                                     /*create_graph=*/true)[0];
    const Tensor part_KP = torch::autograd::grad({(gradient_KP * v_KP).sum()}, {leaf_KP}, {},
                                                 /*retain_graph=*/false, /*create_graph=*/false,
                                                 /*allow_unused=*/true)[0];
    if (part_KP.defined()) product_KP += part_KP;
  });
  return product_KP;
}

Solution conjugate_gradients(const std::function<Tensor(const Tensor& v_KP)>& product,
                             const Tensor& b_KP, double tolerance, std::int64_t most) {
  const at::NoGradGuard no_record;
  Tensor x_KP = at::zeros_like(b_KP), residual_KP = b_KP.clone(), direction_KP = b_KP.clone();
  Tensor square_K1 = row_dot(residual_KP, residual_KP);
  const Tensor enough_K1 = square_K1 * (tolerance * tolerance);
  Tensor going_K1 = square_K1.gt(0);
  Tensor products_K1 = at::zeros(going_K1.sizes(), at::kLong);
  for (std::int64_t at = 0; at < most && going_K1.any().item<bool>(); ++at) {
    const Tensor image_KP = product(direction_KP);
    products_K1 += going_K1.cpu().to(at::kLong);
    const Tensor curvature_K1 = row_dot(direction_KP, image_KP);
    const Tensor convex_K1 = curvature_K1.gt(0);
    if (at == 0) x_KP = at::where(convex_K1, x_KP, b_KP);
    going_K1 = going_K1.logical_and(convex_K1);
    const Tensor length_K1 = at::where(going_K1, square_K1 / curvature_K1, 0.0);
    x_KP = at::where(going_K1, x_KP + length_K1 * direction_KP, x_KP);
    residual_KP = at::where(going_K1, residual_KP - length_K1 * image_KP, residual_KP);
    const Tensor next_K1 = row_dot(residual_KP, residual_KP);
    going_K1 = going_K1.logical_and(next_K1.gt(enough_K1));
    direction_KP =
        at::where(going_K1, residual_KP + next_K1 / square_K1 * direction_KP, direction_KP);
    square_K1 = at::where(going_K1, next_K1, square_K1);
  }
  const Tensor products_K = products_K1.reshape(-1).contiguous();
  const auto* counts = products_K.const_data_ptr<std::int64_t>();
  return {x_KP, std::vector<std::int64_t>(counts, counts + products_K.numel())};
}

Model newton_step(const Problem& problem, const Model& model, const NewtonSettings& settings,
                  Run& run) {
  const PartLoss loss = negative_log_likelihood(problem.likelihood);
  // In float64: in float32 the solver's last products would hang on the order of sums.
  const Model precise{model.network, model.theta_KP.detach().to(at::kDouble)};
  const Tensor gradient_KP =
      mean_gradient(precise, problem.retain, loss, run) + problem.ridge * precise.theta_KP;
  const Tensor diagonal_K1 = problem.ridge + settings.damping_K1.to(gradient_KP.options());
  const auto product = [&](const Tensor& v_KP) {
    return hessian_product(precise, problem.retain, loss, v_KP) + diagonal_K1 * v_KP;
  };
  const Solution solution =
      conjugate_gradients(product, gradient_KP, settings.tolerance,
                          settings.most > 0 ? settings.most : model.theta_KP.size(1));
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    const std::int64_t samples =
        2 * solution.products_K[static_cast<std::size_t>(row)] * problem.retain.data.count(row);
    run.costs(row).gradient_samples += samples;
    run.costs(row).flops += 3 * model.network->forward_flops() * static_cast<double>(samples);
  }
  const Tensor step_KP = settings.scale_K1.to(gradient_KP.options()) * solution.x_KP;
  return {model.network,
          descended(problem, precise, step_KP, run).to(model.theta_KP.scalar_type())};
}

}  // namespace assay::unlearning
