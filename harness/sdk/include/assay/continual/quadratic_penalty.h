// Elastic penalties: sums of quadratics around earlier parameters, held as one quadratic.
#pragma once

#include <assay/continual.h>

namespace assay::continual {

/// (strength / 2) sum_k sum_i F_ki (theta_i - anchor_ki)^2, up to a constant. Its gradient is strength
/// (S theta - R) with S = sum_k F_k and R = sum_k F_k anchor_k, so that its memory and its cost do
/// not grow with the number of anchors.
class QuadraticPenalty {
 public:
  /// One anchor in place of all before. importance_KP and anchor_KP are [K, P].
  void set(const Tensor& importance_KP, const Tensor& anchor_KP);
  /// Another anchor beside those before.
  void add(const Tensor& importance_KP, const Tensor& anchor_KP);

  bool empty() const { return !importance_KP_.defined(); }
  /// S, [K, P]; undefined when empty.
  const Tensor& importance() const { return importance_KP_; }

  /// Adds the penalty's gradient to gradient_AP: one pass over the matrix. strength_K1 is each row's
  /// own, [K, 1]. Nothing happens when empty. Throws Error when shapes do not fit.
  void pull(const assay::Batch& batch, const Tensor& strength_K1, const Tensor& theta_AP,
            Tensor& gradient_AP) const;

  void state(State& state);

 private:
  Tensor importance_KP_;  // S
  Tensor target_KP_;      // R
};

}  // namespace assay::continual
