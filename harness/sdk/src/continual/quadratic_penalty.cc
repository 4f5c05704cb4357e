#include "sdk/internal/kernels/pull.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/continual/quadratic_penalty.h>

#include <ATen/ATen.h>

namespace assay::continual {
namespace {

void check(const Tensor& importance_KP, const Tensor& anchor_KP, const Tensor& before_KP) {
  if (importance_KP.dim() == 2 && importance_KP.sizes() == anchor_KP.sizes() &&
      (!before_KP.defined() || before_KP.sizes() == anchor_KP.sizes())) {
    return;
  }
  throw Error("QuadraticPenalty: importance and anchor must both be [rows, parameters]" +
              (before_KP.defined() ? ", as the " + shape_text(before_KP) + " before" : "") +
              ", but are " + shape_text(importance_KP) + " and " + shape_text(anchor_KP));
}

template <class Real>
void pull_rows(const Tensor& importance_AP, const Tensor& target_AP, const Tensor& strength_A,
               const Tensor& theta_AP, Tensor& gradient_AP) {
  const std::int64_t size = theta_AP.size(1);
  for (std::int64_t row = 0; row < theta_AP.size(0); ++row) {
    const std::int64_t at = row * size;
    assay::pull(gradient_AP.mutable_data_ptr<Real>() + at,
                importance_AP.const_data_ptr<Real>() + at, theta_AP.const_data_ptr<Real>() + at,
                target_AP.const_data_ptr<Real>() + at, strength_A.const_data_ptr<Real>()[row],
                size);
  }
}

}  // namespace

void QuadraticPenalty::set(const Tensor& importance_KP, const Tensor& anchor_KP) {
  check(importance_KP, anchor_KP, {});
  importance_KP_ = importance_KP.detach().clone(at::MemoryFormat::Contiguous);
  target_KP_ = importance_KP_ * anchor_KP.detach();
}

void QuadraticPenalty::add(const Tensor& importance_KP, const Tensor& anchor_KP) {
  if (empty()) return set(importance_KP, anchor_KP);
  check(importance_KP, anchor_KP, importance_KP_);
  importance_KP_.add_(importance_KP.detach());
  target_KP_.addcmul_(importance_KP.detach(), anchor_KP.detach());
}

void QuadraticPenalty::pull(const assay::Batch& batch, const Tensor& strength_K1,
                            const Tensor& theta_AP, Tensor& gradient_AP) const {
  if (empty()) return;
  const Tensor importance_AP = batch.row(importance_KP_), target_AP = batch.row(target_KP_);
  const Tensor strength_A1 = batch.row(strength_K1).to(theta_AP.options());
  if (theta_AP.sizes() != importance_AP.sizes() || gradient_AP.sizes() != theta_AP.sizes() ||
      strength_A1.numel() != theta_AP.size(0)) {
    throw Error("QuadraticPenalty: expected parameters and gradient " + shape_text(importance_AP) +
                " and a strength a row, got " + shape_text(theta_AP) + ", " +
                shape_text(gradient_AP) + " and " + shape_text(strength_A1));
  }
  const bool plain = theta_AP.is_cpu() && theta_AP.is_contiguous() && gradient_AP.is_contiguous() &&
                     importance_AP.scalar_type() == theta_AP.scalar_type() &&
                     gradient_AP.scalar_type() == theta_AP.scalar_type();
  if (plain && theta_AP.scalar_type() == at::kFloat) {
    pull_rows<float>(importance_AP, target_AP, strength_A1.contiguous(), theta_AP, gradient_AP);
  } else if (plain && theta_AP.scalar_type() == at::kDouble) {
    pull_rows<double>(importance_AP, target_AP, strength_A1.contiguous(), theta_AP, gradient_AP);
  } else {
    gradient_AP.addcmul_(strength_A1, importance_AP * theta_AP - target_AP);
  }
}

void QuadraticPenalty::state(State& state) {
  state("importance", importance_KP_);
  state("target", target_KP_);
}

}  // namespace assay::continual
