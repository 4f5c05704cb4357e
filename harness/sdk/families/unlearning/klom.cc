#include "sdk/families/unlearning/klom.h"

#include <ATen/ATen.h>

namespace assay::unlearning {
namespace {

constexpr std::int64_t bins = 20;
constexpr double least_share = 1e-5, largest_margin = 100;

/// Share of each item's margins in each bin, [N, bins].
Tensor shares(const Tensor& margin_MN, const Tensor& low_N, const Tensor& width_N) {
  const Tensor place_MN = ((margin_MN - low_N) / width_N * bins).floor();
  const Tensor bin_NM = place_MN.clamp(0, bins - 1).to(at::kLong).t().contiguous();
  const Tensor one_NM = at::ones(bin_NM.sizes(), margin_MN.options());
  return at::zeros({margin_MN.size(1), bins}, margin_MN.options()).scatter_add(1, bin_NM, one_NM) /
         static_cast<double>(margin_MN.size(0));
}

}  // namespace

Tensor margins(Likelihood kind, const Tensor& logits_KNC, const Tensor& label_KN) {
  Tensor margin_KN;
  if (kind == Likelihood::categorical) {
    const Tensor label_KN1 = label_KN.unsqueeze(2);
    const Tensor others_KNC =
        logits_KNC.scatter(2, label_KN1, -std::numeric_limits<double>::infinity());
    margin_KN = logits_KNC.gather(2, label_KN1).squeeze(2) - others_KNC.logsumexp(2);
  } else if (kind == Likelihood::sequence) {
    // log p - log(1 - p) of the whole answer, as the margin of a class is.
    const Tensor log_p_KN = log_likelihood(kind, logits_KNC, label_KN).to(at::kDouble);
    margin_KN = log_p_KN - (-log_p_KN.expm1()).log();
  } else {
    margin_KN = logits_KNC.squeeze(2) * (label_KN.to(logits_KNC.scalar_type()) * 2 - 1);
  }
  return margin_KN.clamp(-largest_margin, largest_margin);
}

Tensor klom(const Tensor& unlearned_MN, const Tensor& oracle_ON) {
  const Tensor unlearned = unlearned_MN.to(at::kDouble), oracle = oracle_ON.to(at::kDouble);
  const Tensor all = at::cat({unlearned, oracle});
  const Tensor low_N = std::get<0>(all.min(0)), high_N = std::get<0>(all.max(0));
  // Where all margins are equal any width puts them into one bin.
  const Tensor range_N = high_N - low_N, width_N = range_N.masked_fill(range_N.eq(0), 1);
  const Tensor p_NB = shares(unlearned, low_N, width_N);
  const Tensor q_NB = shares(oracle, low_N, width_N).clamp_min(least_share);
  return at::xlogy(p_NB, p_NB / q_NB).sum(1);
}

double percentile(const Tensor& value_N, double percent) {
  const Tensor sorted_N = std::get<0>(value_N.to(at::kDouble).sort());
  const double place = percent / 100 * static_cast<double>(sorted_N.size(0) - 1);
  const auto low = static_cast<std::int64_t>(place);
  const std::int64_t high = std::min(low + 1, sorted_N.size(0) - 1);
  const double below = sorted_N[low].item<double>(), above = sorted_N[high].item<double>();
  return below + (above - below) * (place - static_cast<double>(low));
}

}  // namespace assay::unlearning
