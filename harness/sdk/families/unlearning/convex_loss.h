// The mean loss of a linear model with a ridge, L = mean_i l(x_i W, y_i) + ridge/2 |W|^2: its
// gradient, its Hessian and its optimum. All in the type of theta; theta_KP is W [D, C] flattened.
#pragma once

#include <assay/likelihood.h>

#include <cstdint>

namespace assay::unlearning {

struct ConvexLoss {
  Likelihood likelihood = Likelihood::categorical;
  double ridge = 0;

  /// Outputs x W, [K, N, C].
  Tensor logits(const Tensor& theta_KP, const Tensor& x_KND) const;
  /// dL/dW, [K, P].
  Tensor gradient(const Tensor& theta_KP, const Tensor& x_KND, const Tensor& label_KN) const;
  /// [K, P, P].
  Tensor hessian(const Tensor& theta_KP, const Tensor& x_KND) const;
};

/// The optimum from zero on by Newton's method, each row until its gradient's norm is below 1e-11
/// (ridge regression: one step). `outputs` is C.
struct Optimum {
  Tensor theta_KP;
  Tensor hessians_K;  ///< how many each row took (int64)
  Tensor reached_K;   ///< bool: false for a row that has not arrived after 50 steps
};
Optimum minimise(const ConvexLoss& loss, const Tensor& x_KND, const Tensor& label_KN,
                 std::int64_t outputs);

}  // namespace assay::unlearning
