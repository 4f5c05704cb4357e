#include "sdk/internal/kernels/pull.h"

#include "sdk/internal/simd.h"

namespace assay {
namespace {

// Two loops: a template's clones would share one name.
ASSAY_VECTOR_CLONES
void pull_floats(float* __restrict gradient, const float* __restrict importance,
                 const float* __restrict theta, const float* __restrict target, float strength,
                 std::int64_t size) noexcept {
  for (std::int64_t i = 0; i < size; ++i) {
    gradient[i] += strength * (importance[i] * theta[i] - target[i]);
  }
}

ASSAY_VECTOR_CLONES
void pull_doubles(double* __restrict gradient, const double* __restrict importance,
                  const double* __restrict theta, const double* __restrict target, double strength,
                  std::int64_t size) noexcept {
  for (std::int64_t i = 0; i < size; ++i) {
    gradient[i] += strength * (importance[i] * theta[i] - target[i]);
  }
}

}  // namespace

void pull(float* gradient, const float* importance, const float* theta, const float* target,
          float strength, std::int64_t size) noexcept {
  pull_floats(gradient, importance, theta, target, strength, size);
}

void pull(double* gradient, const double* importance, const double* theta, const double* target,
          double strength, std::int64_t size) noexcept {
  pull_doubles(gradient, importance, theta, target, strength, size);
}

}  // namespace assay
