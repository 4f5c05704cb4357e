#include "sdk/families/delta/linear_theory.h"

#include <ATen/ATen.h>

#include <limits>
#include <numbers>

namespace assay::delta {
namespace {

Tensor dot_rows(const Tensor& left_KD, const Tensor& right_KD) {
  return (left_KD * right_KD).sum(1);
}

}  // namespace

Tensor accuracy_of_cosine(const Tensor& cosine) {
  return 1 - cosine.to(at::kDouble).clamp(-1, 1).acos() / std::numbers::pi;
}

Tensor cosine_of(const Tensor& left_KD, const Tensor& right_KD) {
  const Tensor left = left_KD.to(at::kDouble), right = right_KD.to(at::kDouble);
  return dot_rows(left, right) / (left.norm(2, 1) * right.norm(2, 1));
}

BestStep best_step(const Tensor& start_KD, const Tensor& chosen_KD, const Tensor& rejected_KD,
                   const Tensor& truth_KD) {
  const Tensor delta_KD = chosen_KD - rejected_KD;
  const Tensor a_K = dot_rows(start_KD, truth_KD), d_K = dot_rows(delta_KD, truth_KD);
  const Tensor k_K = dot_rows(start_KD, delta_KD), square_K = dot_rows(delta_KD, delta_KD);
  const Tensor gap_K = d_K - a_K * k_K;
  const Tensor denominator_K = a_K * square_K - d_K * k_K;
  const Tensor improves_K = gap_K.gt(0);
  const Tensor ends_K = denominator_K.gt(0);
  const Tensor best_K = (a_K.square() + gap_K.square() / (square_K - k_K.square())).sqrt();
  // Where the way does not lead up from the start it leads down, and perhaps past it in the end.
  const Tensor limit_K = d_K / square_K.sqrt();
  const Tensor turns_K = improves_K.logical_and(ends_K);
  const Tensor forever_K =
      improves_K.logical_or(limit_K.gt(a_K)).logical_and(turns_K.logical_not());
  return {at::where(turns_K, best_K, at::where(forever_K, limit_K, a_K)),
          at::where(turns_K, gap_K / denominator_K,
                    at::where(forever_K, std::numeric_limits<double>::infinity(), 0.0))};
}

}  // namespace assay::delta
