// The gradient of a quadratic penalty, added to a gradient in one pass.
#pragma once

#include <cstdint>

namespace assay {

/// gradient_i += strength * (importance_i * theta_i - target_i)
void pull(float* gradient, const float* importance, const float* theta, const float* target,
          float strength, std::int64_t size) noexcept;
void pull(double* gradient, const double* importance, const double* theta, const double* target,
          double strength, std::int64_t size) noexcept;

}  // namespace assay
