#include "sdk/internal/kernels/balance.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sdk/src/kernels/balance.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Real>
HWY_INLINE Real dot(const Real* a, const Real* b, std::int64_t size) {
  const hn::ScalableTag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  auto sums = hn::Zero(tag);
  std::int64_t i = 0;
  for (; i + lanes <= size; i += lanes)
    sums = hn::MulAdd(hn::LoadU(tag, a + i), hn::LoadU(tag, b + i), sums);
  Real sum = hn::GetLane(hn::SumOfLanes(tag, sums));
  for (; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

template <class Real>
void balance(const Real* HWY_RESTRICT p, const Real* HWY_RESTRICT mean,
             const Real* HWY_RESTRICT share, std::int64_t batch, std::int64_t classes, int steps,
             Real* HWY_RESTRICT u, Real* HWY_RESTRICT v) {
  constexpr Real tiny = Real(1e-30);
  std::fill(v, v + classes, Real(1));
  for (int step = 0; step < steps; ++step) {
    std::fill(u, u + batch, Real(0));
    for (std::int64_t c = 0; c < classes; ++c) {
      for (std::int64_t b = 0; b < batch; ++b) u[b] += p[c * batch + b] * v[c];
    }
    for (std::int64_t b = 0; b < batch; ++b) u[b] = mean[b] / (u[b] < tiny ? tiny : u[b]);
    for (std::int64_t c = 0; c < classes; ++c) {
      const Real sum = dot(p + c * batch, u, batch);
      v[c] = share[c] / (sum < tiny ? tiny : sum);
    }
  }
}

void balance_float(const float* p, const float* mean, const float* share, std::int64_t batch,
                   std::int64_t classes, int steps, float* u, float* v) {
  balance(p, mean, share, batch, classes, steps, u, v);
}
void balance_double(const double* p, const double* mean, const double* share, std::int64_t batch,
                    std::int64_t classes, int steps, double* u, double* v) {
  balance(p, mean, share, batch, classes, steps, u, v);
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {
HWY_EXPORT(balance_float);
HWY_EXPORT(balance_double);

void balance_classes(const float* p_transposed, const float* mean, const float* share,
                     std::int64_t batch, std::int64_t classes, int steps, float* u,
                     float* v) noexcept {
  HWY_DYNAMIC_DISPATCH(balance_float)(p_transposed, mean, share, batch, classes, steps, u, v);
}
void balance_classes(const double* p_transposed, const double* mean, const double* share,
                     std::int64_t batch, std::int64_t classes, int steps, double* u,
                     double* v) noexcept {
  HWY_DYNAMIC_DISPATCH(balance_double)(p_transposed, mean, share, batch, classes, steps, u, v);
}

}  // namespace assay
#endif
