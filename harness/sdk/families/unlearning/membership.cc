#include "sdk/families/unlearning/membership.h"

#include <ATen/ATen.h>

#include <cmath>

namespace assay::unlearning {

Tensor attack_auc(const Tensor& member_KN, const Tensor& other_KM) {
  const Tensor sorted_KM = std::get<0>(other_KM.contiguous().sort(1));
  const Tensor member = member_KN.contiguous();
  const Tensor below_KN = at::searchsorted(sorted_KM, member, /*out_int32=*/false, /*right=*/false);
  const Tensor up_to_KN = at::searchsorted(sorted_KM, member, /*out_int32=*/false, /*right=*/true);
  return (below_KN + up_to_KN).to(at::kDouble).mean(1) /
         (2 * static_cast<double>(other_KM.size(1)));
}

std::vector<std::pair<double, double>> roc(const Tensor& member_KN, const Tensor& other_KM) {
  constexpr int steps = 40;
  const Tensor sorted_KM = std::get<0>(other_KM.sort(1, /*descending=*/true));
  const std::int64_t others = sorted_KM.size(1);
  std::vector<std::pair<double, double>> points;
  for (int step = 0; step <= steps; ++step) {
    const double rate = static_cast<double>(step) / steps;
    const auto allowed = static_cast<std::int64_t>(rate * static_cast<double>(others) + 1e-9);
    const bool all = allowed >= others;
    const Tensor hit = all ? Tensor() : member_KN.gt(sorted_KM.narrow(1, allowed, 1));
    points.emplace_back(rate, all ? 1.0 : hit.to(at::kDouble).mean().item<double>());
  }
  return points;
}

Tensor rmia(const Tensor& p_KN, const Tensor& out_KN, const Tensor& p_KZ, const Tensor& out_KZ,
            double a) {
  const auto ratio = [a](const Tensor& p, const Tensor& out) {
    return p / (((1 + a) * out + (1 - a)) / 2);
  };
  const Tensor x_KN = ratio(p_KN, out_KN).contiguous();
  const Tensor z_KZ = std::get<0>(ratio(p_KZ, out_KZ).contiguous().sort(1));
  return at::searchsorted(z_KZ, x_KN, /*out_int32=*/false, /*right=*/false).to(at::kDouble) /
         static_cast<double>(z_KZ.size(1));
}

Tensor entropy(const Tensor& logits_KNC) {
  const Tensor z_KNC =
      logits_KNC.size(-1) > 1 ? logits_KNC : at::cat({logits_KNC, at::zeros_like(logits_KNC)}, -1);
  const Tensor log_p_KNC = z_KNC.log_softmax(-1);
  return -(log_p_KNC.exp() * log_p_KNC).sum(-1);
}

Tensor answer_entropy(Likelihood kind, const Tensor& logits_KNC, const Tensor& label_KN) {
  const Tensor entropy_KN = entropy(logits_KNC);
  if (kind != Likelihood::sequence) return entropy_KN;
  return entropy_KN.masked_fill(label_KN.lt(0), 0).sum(2) /
         label_lengths(kind, label_KN).clamp_min(1);
}

}  // namespace assay::unlearning
