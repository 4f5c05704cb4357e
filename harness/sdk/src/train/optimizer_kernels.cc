#include "sdk/internal/optimizer_kernels.h"

#include "sdk/internal/simd.h"

#include <cmath>

namespace assay {
namespace {

ASSAY_VECTOR_CLONES
void adamw_loop(float* __restrict theta, float* __restrict first, float* __restrict second,
                const float* __restrict gradient, std::int64_t size, AdamwStep step) noexcept {
  const float rest1 = 1 - step.beta1, rest2 = 1 - step.beta2;
  for (std::int64_t i = 0; i < size; ++i) {
    const float g = gradient[i];
    const float m = step.beta1 * first[i] + rest1 * g;
    const float v = step.beta2 * second[i] + rest2 * g * g;
    first[i] = m;
    second[i] = v;
    theta[i] = step.keep * theta[i] -
               step.rate * m / (std::sqrt(v) * step.root_scale + step.epsilon);
  }
}

ASSAY_VECTOR_CLONES
void sgd_loop(float* __restrict theta, const float* __restrict gradient, std::int64_t size,
              float lr, float keep) noexcept {
  for (std::int64_t i = 0; i < size; ++i) theta[i] = keep * theta[i] - lr * gradient[i];
}

ASSAY_VECTOR_CLONES
void momentum_loop(float* __restrict theta, float* __restrict velocity,
                   const float* __restrict gradient, std::int64_t size, float lr, float keep,
                   float momentum) noexcept {
  for (std::int64_t i = 0; i < size; ++i) {
    velocity[i] = momentum * velocity[i] + gradient[i];
    theta[i] = keep * theta[i] - lr * velocity[i];
  }
}

}  // namespace

void adamw_pass(float* theta, float* first, float* second, const float* gradient, std::int64_t size,
                const AdamwStep& step) noexcept {
  adamw_loop(theta, first, second, gradient, size, step);
}

void sgd_pass(float* theta, float* velocity, const float* gradient, std::int64_t size, float lr,
              float keep, float momentum) noexcept {
  if (velocity == nullptr) {
    sgd_loop(theta, gradient, size, lr, keep);
  } else {
    momentum_loop(theta, velocity, gradient, size, lr, keep, momentum);
  }
}

}  // namespace assay
