// Preference learning of a linear student from linear teachers, in closed form.
//
// Inputs x ~ N(0, I), truth y = 1[theta*.x > 0], |theta*| = 1; teachers answer 1[theta_c.x > 0] and
// 1[theta_r.x > 0]. With log p(1|x) - log p(0|x) = theta.x the log-ratio to the start of a response
// y differs from that of the other class by (theta - theta_0).x, so that the margin of a pair is
// (y_c - y_r) (theta - theta_0).x and E[(y_c - y_r) x] = (theta_c - theta_r) / sqrt(2 pi): a
// student that maximises the mean margin moves along delta = theta_c - theta_r from its own
// direction.
#pragma once

#include <assay/tensor.h>

namespace assay::delta {

/// Share of inputs on which a linear rule and the truth agree, of their cosine: 1 - arccos(a) / pi.
Tensor accuracy_of_cosine(const Tensor& cosine);

/// Cosines of the rows of two matrices, [K, D] each: float64 [K].
Tensor cosine_of(const Tensor& left_KD, const Tensor& right_KD);

/// The best cosine on the way theta_0 + s delta, s >= 0, and where it is; of unit vectors [K, D].
struct BestStep {
  Tensor cosine_K;  ///< sqrt(a^2 + gap^2 / (|delta|^2 - k^2)) where the way turns
  Tensor step_K;    ///< gap / (a |delta|^2 - D k) there
};
/// a = cos(theta_0, theta*), D = (theta_c - theta_r).theta*, k = theta_0.delta, gap = D - a k: the
/// student improves for small steps iff gap > 0. Where the denominator is not positive as well the cosine
/// rises for ever: step is infinite, and the cosine that of delta itself. Where gap <= 0 it falls at
/// first, and the best is the start (step 0) or, where delta itself is better, infinitely far.
BestStep best_step(const Tensor& start_KD, const Tensor& chosen_KD, const Tensor& rejected_KD,
                   const Tensor& truth_KD);

}  // namespace assay::delta
