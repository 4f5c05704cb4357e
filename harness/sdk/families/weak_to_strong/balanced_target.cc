#include "sdk/internal/kernels/balance.h"

#include <assay/common/error.h>
#include <assay/weak_to_strong.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <limits>
#include <sstream>
#include <vector>

namespace assay::weak_to_strong {
namespace {

/// Quantile of each row's samples with linear interpolation, as torch.quantile: [A, B], [A] -> [A,
/// 1].
Tensor quantile(const Tensor& value_KB, const Tensor& share_K, const Tensor& weight_KB) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor padding_KB = weight_KB.eq(0);
  // Padding sorts behind every sample, so a row's samples are the first n.
  const Tensor sorted_KB = std::get<0>(value_KB.masked_fill(padding_KB, infinity).sort(1));
  const Tensor last_K = padding_KB.logical_not().sum(1).sub(1).clamp_min(0);
  const Tensor place_K = share_K.clamp(0, 1).to(value_KB.scalar_type()) * last_K;
  const Tensor low_K1 = place_K.floor().to(at::kLong).unsqueeze(1);
  const Tensor high_K1 = place_K.ceil().to(at::kLong).unsqueeze(1);
  return at::lerp(sorted_KB.gather(1, low_K1), sorted_KB.gather(1, high_K1),
                  place_K.unsqueeze(1) - low_K1);
}

// Of Sinkhorn's iteration. Always the same number: with a test for convergence one row's bits would
// depend on the others.
constexpr int steps = 30;

Tensor plain_class_weights(const Tensor& probability_KBC, const Tensor& share_K1C,
                           const Tensor& mean_KB1) {
  constexpr double tiny = 1e-30;
  const Tensor probability_KCB = probability_KBC.transpose(1, 2);
  Tensor v_KC1 = at::ones_like(share_K1C).transpose(1, 2);
  const Tensor share_KC1 = share_K1C.transpose(1, 2);
  for (int step = 0; step < steps; ++step) {
    const Tensor u_KB1 = mean_KB1 / probability_KBC.bmm(v_KC1).clamp_min(tiny);
    v_KC1 = share_KC1 / probability_KCB.bmm(u_KB1).clamp_min(tiny);
  }
  return v_KC1.transpose(1, 2);
}

template <class Real>
Tensor fast_class_weights(const Tensor& probability_KBC, const Tensor& share_K1C,
                          const Tensor& mean_KB1) {
  const Tensor p_KCB = probability_KBC.transpose(1, 2).contiguous();
  const Tensor share = share_K1C.contiguous(), mean = mean_KB1.contiguous();
  const std::int64_t classes = p_KCB.size(1), batch = p_KCB.size(2);
  Tensor v_K1C = at::empty_like(share);
  std::vector<Real> u(static_cast<std::size_t>(batch));
  for (std::int64_t row = 0; row < p_KCB.size(0); ++row) {
    balance_classes(p_KCB.const_data_ptr<Real>() + row * classes * batch,
                    mean.const_data_ptr<Real>() + row * batch,
                    share.const_data_ptr<Real>() + row * classes, batch, classes, steps, u.data(),
                    v_K1C.mutable_data_ptr<Real>() + row * classes);
  }
  return v_K1C;
}

/// Weights v [A, 1, C] of the classes such that normalised p * v has the mean `share_K1C` over the
/// batch: Sinkhorn's iteration.
Tensor class_weights(const Tensor& probability_KBC, const Tensor& share_K1C,
                     const Tensor& mean_KB1) {
  const at::ScalarType type = probability_KBC.scalar_type();
  const bool same = share_K1C.scalar_type() == type && mean_KB1.scalar_type() == type;
  if (probability_KBC.is_cpu() && same && type == at::kFloat) {
    return fast_class_weights<float>(probability_KBC, share_K1C, mean_KB1);
  }
  if (probability_KBC.is_cpu() && same && type == at::kDouble) {
    return fast_class_weights<double>(probability_KBC, share_K1C, mean_KB1);
  }
  return plain_class_weights(probability_KBC, share_K1C, mean_KB1);
}

}  // namespace

Tensor balanced_hard_target(const Tensor& probability_KBC, const Tensor& weak_KBC,
                            const Tensor& weight_KB) {
  if (probability_KBC.dim() != 3 || probability_KBC.sizes() != weak_KBC.sizes() ||
      weight_KB.sizes() != probability_KBC.sizes().slice(0, 2)) {
    std::ostringstream text;
    text << "balanced_hard_target: expected probabilities and weak labels [rows, batch, classes] "
            "and "
            "weights [rows, batch], but they are "
         << probability_KBC.sizes() << ", " << weak_KBC.sizes() << " and " << weight_KB.sizes();
    throw Error(text.str());
  }
  const at::NoGradGuard no_gradient;
  const std::int64_t classes = probability_KBC.size(2);
  const Tensor mean_KB1 =
      (weight_KB / weight_KB.sum(1, true).clamp_min(1)).unsqueeze(2).to(weak_KBC.scalar_type());
  const Tensor share_K1C = (weak_KBC * mean_KB1).sum(1, true);
  if (classes == 2) {
    const Tensor p_KB = probability_KBC.select(2, 0);
    const Tensor threshold_K1 = quantile(p_KB, share_K1C.select(2, 1).squeeze(1), weight_KB);
    return one_hot(p_KB.lt(threshold_K1).to(at::kLong), classes, probability_KBC);
  }
  const Tensor v_K1C = class_weights(probability_KBC, share_K1C, mean_KB1);
  return one_hot((probability_KBC * v_K1C).argmax(2), classes, probability_KBC);
}

}  // namespace assay::weak_to_strong
