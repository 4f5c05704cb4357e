#include "sdk/internal/kernels/tokens.h"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sdk/src/kernels/tokens.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include "sdk/internal/kernels/vector_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {

constexpr std::int64_t positions_at_once = 64;

// The largest logit and sum_v exp(x_v - largest).
template <class Real>
HWY_INLINE void sum_of_exponentials(const Real* x, std::int64_t symbols, Real* largest, Real* sum) {
  const hn::ScalableTag<Real> tag;
  auto most = hn::Set(tag, x[0]), poison = hn::Zero(tag);
  for_vectors(tag, symbols, [&](std::int64_t i, auto mask) HWY_ATTR {
    const auto value = hn::MaskedLoad(mask, tag, x + i);
    most = hn::Max(most, hn::IfThenElse(mask, value, most));
    // Highway's Max and Exp hide what is not a number; 0 times it does not.
    poison = hn::MulAdd(value, hn::Zero(tag), poison);
  });
  most = hn::MaxOfLanes(tag, most);
  auto sums = poison;
  for_vectors(tag, symbols, [&](std::int64_t i, auto mask) HWY_ATTR {
    const auto above = hn::Sub(hn::MaskedLoad(mask, tag, x + i), most);
    sums = hn::Add(sums, hn::IfThenElseZero(mask, hn::Exp(tag, above)));
  });
  *largest = hn::GetLane(most);
  *sum = hn::GetLane(hn::SumOfLanes(tag, sums));
}

template <class Real>
void log_softmax(const Real* x, const std::int64_t* token, std::int64_t positions,
                 std::int64_t symbols, Real* log_p, Real* log_sum) {
  const hn::ScalableTag<Real> tag;
  Real largest[positions_at_once], sum[positions_at_once];
  for (std::int64_t first = 0; first < positions; first += positions_at_once) {
    const std::int64_t count = std::min(positions_at_once, positions - first);
    for (std::int64_t i = 0; i < count; ++i) {
      largest[i] = 0;
      sum[i] = 1;
      if (token[first + i] < 0) continue;
      sum_of_exponentials(x + (first + i) * symbols, symbols, largest + i, sum + i);
    }
    // Logarithms for as many positions as a vector has lanes; Highway's hides what is not a number.
    for_vectors(tag, count, [&](std::int64_t i, auto mask) HWY_ATTR {
      const auto sums =
          hn::IfThenElse(mask, hn::MaskedLoad(mask, tag, sum + i), hn::Set(tag, Real(1)));
      const auto log = hn::MulAdd(sums, hn::Zero(tag), hn::Log(tag, sums));
      const auto most = hn::MaskedLoad(mask, tag, largest + i);
      hn::BlendedStore(hn::Add(most, log), mask, tag, log_sum + first + i);
    });
    for (std::int64_t i = first; i < first + count; ++i) {
      log_p[i] = token[i] < 0 ? 0 : x[i * symbols + token[i]] - log_sum[i];
    }
  }
}

template <class Real>
void log_softmax_gradient(const Real* x, const std::int64_t* token, const Real* log_sum,
                          const Real* weight, std::int64_t positions, std::int64_t symbols,
                          Real* gradient) {
  const hn::ScalableTag<Real> tag;
  for (std::int64_t i = 0; i < positions; ++i, x += symbols, gradient += symbols) {
    if (token[i] < 0) {
      std::fill(gradient, gradient + symbols, Real(0));
      continue;
    }
    const auto scale = hn::Set(tag, -(weight[i] + 0 * log_sum[i]));
    const auto offset = hn::Set(tag, log_sum[i]);
    for_vectors(tag, symbols, [&](std::int64_t v, auto mask) HWY_ATTR {
      const auto power = hn::Exp(tag, hn::Sub(hn::MaskedLoad(mask, tag, x + v), offset));
      hn::BlendedStore(hn::Mul(scale, power), mask, tag, gradient + v);
    });
    gradient[token[i]] += weight[i];
  }
}

void log_softmax_float(const float* x, const std::int64_t* token, std::int64_t positions,
                       std::int64_t symbols, float* log_p, float* log_sum) {
  log_softmax(x, token, positions, symbols, log_p, log_sum);
}
void log_softmax_double(const double* x, const std::int64_t* token, std::int64_t positions,
                        std::int64_t symbols, double* log_p, double* log_sum) {
  log_softmax(x, token, positions, symbols, log_p, log_sum);
}
void log_softmax_gradient_float(const float* x, const std::int64_t* token, const float* log_sum,
                                const float* weight, std::int64_t positions, std::int64_t symbols,
                                float* gradient) {
  log_softmax_gradient(x, token, log_sum, weight, positions, symbols, gradient);
}
void log_softmax_gradient_double(const double* x, const std::int64_t* token, const double* log_sum,
                                 const double* weight, std::int64_t positions, std::int64_t symbols,
                                 double* gradient) {
  log_softmax_gradient(x, token, log_sum, weight, positions, symbols, gradient);
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {
HWY_EXPORT(log_softmax_float);
HWY_EXPORT(log_softmax_double);
HWY_EXPORT(log_softmax_gradient_float);
HWY_EXPORT(log_softmax_gradient_double);

void token_log_softmax(const float* logits, const std::int64_t* token, std::int64_t positions,
                       std::int64_t symbols, float* log_p, float* log_sum) noexcept {
  HWY_DYNAMIC_DISPATCH(log_softmax_float)(logits, token, positions, symbols, log_p, log_sum);
}
void token_log_softmax(const double* logits, const std::int64_t* token, std::int64_t positions,
                       std::int64_t symbols, double* log_p, double* log_sum) noexcept {
  HWY_DYNAMIC_DISPATCH(log_softmax_double)(logits, token, positions, symbols, log_p, log_sum);
}
void token_log_softmax_gradient(const float* logits, const std::int64_t* token,
                                const float* log_sum, const float* weight, std::int64_t positions,
                                std::int64_t symbols, float* gradient) noexcept {
  HWY_DYNAMIC_DISPATCH(log_softmax_gradient_float)
  (logits, token, log_sum, weight, positions, symbols, gradient);
}
void token_log_softmax_gradient(const double* logits, const std::int64_t* token,
                                const double* log_sum, const double* weight, std::int64_t positions,
                                std::int64_t symbols, double* gradient) noexcept {
  HWY_DYNAMIC_DISPATCH(log_softmax_gradient_double)
  (logits, token, log_sum, weight, positions, symbols, gradient);
}

}  // namespace assay
#endif
