#include "sdk/internal/metrics_support.h"

#include <assay/common/error.h>
#include <assay/metrics.h>

#include <ATen/ATen.h>

namespace assay::metrics {

Tensor expected_calibration_error(const Tensor& probability_KNC, const Tensor& label_KN, int bins) {
  if (bins < 1) {
    throw Error("expected_calibration_error: needs at least one bin, got " + std::to_string(bins));
  }
  const Scored s = scored("expected_calibration_error", probability_KNC, label_KN);
  const auto [confidence_KN, choice_KN] = s.probability_KNC.max(-1);
  const Tensor right_KN = choice_KN.eq(s.label_KN).to(at::kDouble);
  // Bin m holds ((m-1)/bins, m/bins]. |accuracy - confidence| times the bin's share of the items is
  // the absolute value of the sum of the differences, over the number of items.
  const Tensor bin_KN = (confidence_KN * bins).ceil().to(at::kLong).sub(1).clamp(0, bins - 1);
  Tensor gap_KM = at::zeros({label_KN.size(0), bins}, at::kDouble);
  gap_KM.scatter_add_(1, bin_KN, (right_KN - confidence_KN) * s.mask_KN);
  return gap_KM.abs().sum(1) / s.count_K;
}

Tensor brier(const Tensor& probability_KNC, const Tensor& label_KN) {
  const Scored s = scored("brier", probability_KNC, label_KN);
  const Tensor class_C = at::arange(probability_KNC.size(2), at::kLong);
  const Tensor target_KNC = s.label_KN.unsqueeze(-1).eq(class_C).to(at::kDouble);
  const Tensor error_KN = (s.probability_KNC - target_KNC).square().sum(-1);
  return (error_KN * s.mask_KN).sum(1) / s.count_K;
}

}  // namespace assay::metrics
