#include "sdk/families/unlearning/convex_loss.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/losses.h>

namespace assay::unlearning {

Tensor ConvexLoss::logits(const Tensor& theta_KP, const Tensor& x_KND) const {
  return x_KND.bmm(theta_KP.view({theta_KP.size(0), x_KND.size(2), -1}));
}

Tensor ConvexLoss::gradient(const Tensor& theta_KP, const Tensor& x_KND,
                            const Tensor& label_KN) const {
  const Tensor z_KNC = logits(theta_KP, x_KND);
  Tensor residual_KNC;  // dl/dz
  switch (likelihood) {
    case Likelihood::categorical:
      residual_KNC = z_KNC.softmax(2) - one_hot(label_KN, z_KNC.size(2), z_KNC);
      break;
    case Likelihood::bernoulli:
      residual_KNC = z_KNC.sigmoid() - label_KN.unsqueeze(2).to(z_KNC.scalar_type());
      break;
    case Likelihood::gaussian:
      residual_KNC = z_KNC - label_KN.unsqueeze(2);
      break;
    case Likelihood::sequence:
      throw Error("a convex loss is of classes or numbers, not of answers of tokens");
  }
  const auto items = static_cast<double>(x_KND.size(1));
  return (x_KND.transpose(1, 2).bmm(residual_KNC) / items).flatten(1) + theta_KP * ridge;
}

Tensor ConvexLoss::hessian(const Tensor& theta_KP, const Tensor& x_KND) const {
  const std::int64_t rows = theta_KP.size(0), parameters = theta_KP.size(1);
  const Tensor z_KNC = logits(theta_KP, x_KND);
  Tensor curvature_KNCC;  // d2l/dz2
  if (likelihood == Likelihood::categorical) {
    const Tensor p_KNC = z_KNC.softmax(2);
    curvature_KNCC = p_KNC.diag_embed() - p_KNC.unsqueeze(3) * p_KNC.unsqueeze(2);
  } else if (likelihood == Likelihood::bernoulli) {
    const Tensor p_KNC = z_KNC.sigmoid();
    curvature_KNCC = (p_KNC * (1 - p_KNC)).unsqueeze(3);
  } else {
    curvature_KNCC = at::ones_like(z_KNC).unsqueeze(3);
  }
  const auto items = static_cast<double>(x_KND.size(1));
  const Tensor mean_KPP = at::einsum("knd,kncf,kne->kdcef", {x_KND, curvature_KNCC, x_KND})
                              .reshape({rows, parameters, parameters}) /
                          items;
  return mean_KPP + at::eye(parameters, theta_KP.options()) * ridge;
}

Optimum minimise(const ConvexLoss& loss, const Tensor& x_KND, const Tensor& label_KN,
                 std::int64_t outputs) {
  constexpr int most_steps = 50;
  constexpr double small = 1e-11;
  const std::int64_t rows = x_KND.size(0);
  Optimum optimum{at::zeros({rows, x_KND.size(2) * outputs}, x_KND.options()),
                  at::zeros({rows}, at::kLong),
                  {}};
  for (int step = 0;; ++step) {
    const Tensor gradient_KP = loss.gradient(optimum.theta_KP, x_KND, label_KN);
    // Not "greater than": a row that is not a number has not arrived.
    const Tensor open_K1 = gradient_KP.norm(2, 1, /*keepdim=*/true).le(small).logical_not();
    optimum.reached_K = open_K1.squeeze(1).logical_not();
    if (step == most_steps || optimum.reached_K.all().item<bool>()) return optimum;
    const Tensor step_KP1 =
        at::linalg_solve(loss.hessian(optimum.theta_KP, x_KND), gradient_KP.unsqueeze(2));
    // Rows that have arrived stay where they are, whatever the others do.
    optimum.theta_KP = optimum.theta_KP - at::where(open_K1, step_KP1.squeeze(2), 0.0);
    optimum.hessians_K += open_K1.squeeze(1).to(at::kLong);
  }
}

}  // namespace assay::unlearning
