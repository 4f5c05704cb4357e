// Class weights that give a batch wanted class shares.
#pragma once

#include <cstdint>

namespace assay {

/// Sinkhorn's iteration, `steps` times from v = 1: u_b = mean_b / sum_c p_bc v_c, v_c = share_c /
/// sum_b p_bc u_b, no divisor below 1e-30. p_transposed is [classes, batch]; v [classes] is the
/// answer, u [batch] is scratch.
void balance_classes(const float* p_transposed, const float* mean, const float* share,
                     std::int64_t batch, std::int64_t classes, int steps, float* u,
                     float* v) noexcept;
void balance_classes(const double* p_transposed, const double* mean, const double* share,
                     std::int64_t batch, std::int64_t classes, int steps, double* u,
                     double* v) noexcept;

}  // namespace assay
