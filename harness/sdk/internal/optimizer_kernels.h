// The optimizers' vectorised passes over one row.
#pragma once

#include <cstdint>

namespace assay {

struct AdamwStep {
  float keep;         ///< 1 - lr * weight_decay
  float beta1, beta2;
  float rate;         ///< lr / (1 - beta1^t)
  float root_scale;   ///< 1 / sqrt(1 - beta2^t)
  float epsilon;
};

void adamw_pass(float* theta, float* first, float* second, const float* gradient, std::int64_t size,
                const AdamwStep& step) noexcept;

/// velocity may be null (no momentum).
void sgd_pass(float* theta, float* velocity, const float* gradient, std::int64_t size, float lr,
              float keep, float momentum) noexcept;

}  // namespace assay
