#include "sdk/internal/kernels/softmax.h"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sdk/src/kernels/softmax.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include "sdk/internal/kernels/vector_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {

constexpr std::int64_t samples_at_once = 64;

// loss = -sum t (x - max), sum and weight: of exp(x - max) and of t. gradient keeps exp(x - max).
template <class Real>
HWY_INLINE void exponentials(const Real* x, const Real* t, std::int64_t classes, Real* loss,
                             Real* sum, Real* weight, Real* gradient) {
  const hn::ScalableTag<Real> tag;
  auto largest = hn::Set(tag, x[0]);
  for_vectors(tag, classes, [&](std::int64_t i, auto mask) HWY_ATTR {
    largest = hn::Max(largest, hn::IfThenElse(mask, hn::MaskedLoad(mask, tag, x + i), largest));
  });
  largest = hn::MaxOfLanes(tag, largest);
  auto dot = hn::Zero(tag), sums = hn::Zero(tag), weights = hn::Zero(tag);
  for_vectors(tag, classes, [&](std::int64_t i, auto mask) HWY_ATTR {
    const auto above = hn::Sub(hn::MaskedLoad(mask, tag, x + i), largest);
    const auto target = hn::MaskedLoad(mask, tag, t + i);
    const auto power = hn::IfThenElseZero(mask, hn::Exp(tag, above));
    hn::BlendedStore(power, mask, tag, gradient + i);
    dot = hn::Add(dot, hn::IfThenElseZero(mask, hn::Mul(target, above)));
    sums = hn::Add(sums, power);
    weights = hn::Add(weights, target);
  });
  *loss = -hn::GetLane(hn::SumOfLanes(tag, dot));
  *sum = hn::GetLane(hn::SumOfLanes(tag, sums));
  *weight = hn::GetLane(hn::SumOfLanes(tag, weights));
}

template <class Real>
void cross_entropy(const Real* x, const Real* t, std::int64_t samples, std::int64_t classes,
                   Real* loss, Real* gradient) {
  const hn::ScalableTag<Real> tag;
  Real sum[samples_at_once], weight[samples_at_once];
  for (std::int64_t first = 0; first < samples; first += samples_at_once) {
    const std::int64_t count = std::min(samples_at_once, samples - first);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t place = (first + i) * classes;
      exponentials(x + place, t + place, classes, loss + first + i, sum + i, weight + i,
                   gradient + place);
    }
    // Logarithms for as many samples as a vector has lanes.
    for_vectors(tag, count, [&](std::int64_t i, auto mask) HWY_ATTR {
      const auto sums =
          hn::IfThenElse(mask, hn::MaskedLoad(mask, tag, sum + i), hn::Set(tag, Real(1)));
      const auto weights = hn::MaskedLoad(mask, tag, weight + i);
      const auto rest = hn::MaskedLoad(mask, tag, loss + first + i);
      hn::BlendedStore(hn::MulAdd(weights, hn::Log(tag, sums), rest), mask, tag, loss + first + i);
    });
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t place = (first + i) * classes;
      // A loss that is not a number has no derivative either; Highway's Exp hides that.
      const Real one = loss[first + i];
      const auto scale = hn::Set(tag, one != one ? one : weight[i] / sum[i]);
      for_vectors(tag, classes, [&](std::int64_t c, auto mask) HWY_ATTR {
        const auto power = hn::MaskedLoad(mask, tag, gradient + place + c);
        const auto target = hn::MaskedLoad(mask, tag, t + place + c);
        hn::BlendedStore(hn::MulSub(scale, power, target), mask, tag, gradient + place + c);
      });
    }
  }
}

void cross_entropy_float(const float* x, const float* t, std::int64_t samples, std::int64_t classes,
                         float* loss, float* gradient) {
  cross_entropy(x, t, samples, classes, loss, gradient);
}
void cross_entropy_double(const double* x, const double* t, std::int64_t samples,
                          std::int64_t classes, double* loss, double* gradient) {
  cross_entropy(x, t, samples, classes, loss, gradient);
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {
HWY_EXPORT(cross_entropy_float);
HWY_EXPORT(cross_entropy_double);

void softmax_cross_entropy(const float* logits, const float* target, std::int64_t samples,
                           std::int64_t classes, float* loss, float* gradient) noexcept {
  HWY_DYNAMIC_DISPATCH(cross_entropy_float)(logits, target, samples, classes, loss, gradient);
}
void softmax_cross_entropy(const double* logits, const double* target, std::int64_t samples,
                           std::int64_t classes, double* loss, double* gradient) noexcept {
  HWY_DYNAMIC_DISPATCH(cross_entropy_double)(logits, target, samples, classes, loss, gradient);
}

}  // namespace assay
#endif
