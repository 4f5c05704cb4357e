#include "sdk/internal/kernels/decoding.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sdk/src/kernels/decoding.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include "sdk/internal/kernels/vector_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {

template <class Real>
void rms_norm(std::int64_t tokens, std::int64_t width, const Real* h, const Real* weight,
              Real epsilon, Real* x) {
  const Tag<Real> tag;
  const auto share = all(Real(1) / static_cast<Real>(width));
  for (std::int64_t token = 0; token < tokens; ++token, h += width, x += width) {
    auto squares = hn::Zero(tag);
    for_parts<Real>(width, [&](std::int64_t i, auto part) HWY_ATTR {
      const auto value = part.load(h + i);
      squares = hn::MulAdd(value, value, squares);
    });
    const auto mean = hn::MulAdd(hn::SumOfLanes(tag, squares), share, all(epsilon));
    const auto inverse = hn::Div(all<Real>(1), hn::Sqrt(mean));
    for_parts<Real>(width, [&](std::int64_t i, auto part) HWY_ATTR {
      part.store(hn::Mul(hn::Mul(part.load(h + i), inverse), part.load(weight + i)), x + i);
    });
  }
}

template <class Real>
void rotate(std::int64_t heads, std::int64_t half, const Real* cosine, const Real* sine, Real* x) {
  for (std::int64_t head = 0; head < heads; ++head, x += 2 * half) {
    for_parts<Real>(half, [&](std::int64_t i, auto part) HWY_ATTR {
      const auto a = part.load(x + i), b = part.load(x + half + i);
      const auto c = part.load(cosine + i), s = part.load(sine + i);
      part.store(hn::NegMulAdd(b, s, hn::Mul(a, c)), x + i);
      part.store(hn::MulAdd(a, s, hn::Mul(b, c)), x + half + i);
    });
  }
}

// Scores of `vectors` vectors of keys from `first` on.
template <int vectors, class Real>
HWY_INLINE void scores(const Query<Real>& query, std::int64_t first, Real* score) {
  const Tag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  Vector<Real> sum[vectors];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) sum[v] = hn::Zero(tag);
  const Real* key = query.keys + first;
  for (std::int64_t i = 0; i < query.head_width; ++i, key += query.key_row) {
    const auto q = all(query.q[i]);
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v)
      sum[v] = hn::MulAdd(q, hn::LoadU(tag, key + v * lanes), sum[v]);
  }
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) hn::StoreU(sum[v], tag, score + first + v * lanes);
}

template <class Real>
HWY_INLINE hn::Mask<Tag<Real>> seen(const Query<Real>& query, std::int64_t first) {
  const Tag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  return hn::FirstN(tag, static_cast<std::size_t>(std::min(query.count - first, lanes)));
}

// score = exp(scale (score - largest)), zero beyond the last key, and their sum. Highway's Max and
// Exp hide what is not a number; 0 times it does not.
template <class Real>
HWY_INLINE Real exponentials(const Query<Real>& query, Real* score) {
  const Tag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  auto largest = all(score[0]), sum = hn::Zero(tag);
  for (std::int64_t t = 0; t < query.count; t += lanes) {
    const auto mask = seen(query, t);
    const auto value = hn::LoadU(tag, score + t);
    largest = hn::IfThenElse(mask, hn::Max(value, largest), largest);
    sum = hn::MulAdd(hn::IfThenElseZero(mask, value), hn::Zero(tag), sum);
  }
  largest = hn::MaxOfLanes(tag, largest);
  for (std::int64_t t = 0; t < query.count; t += lanes) {
    const auto above = hn::Mul(hn::Sub(hn::LoadU(tag, score + t), largest), all(query.scale));
    const auto power = hn::IfThenElseZero(seen(query, t), hn::Exp(tag, above));
    hn::StoreU(power, tag, score + t);
    sum = hn::Add(sum, power);
  }
  return hn::GetLane(hn::SumOfLanes(tag, sum));
}

// `vectors` vectors of the answer from `first` on: chains of sums over every fourth key, so that
// one addition need not wait for the last.
template <int vectors, class Real>
HWY_INLINE void mix(const Query<Real>& query, std::int64_t first, const Real* power, Real inverse,
                    Real* mixed) {
  constexpr int chains = 4;
  const Tag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  Vector<Real> sum[chains][vectors];
#pragma GCC unroll 4
  for (int chain = 0; chain < chains; ++chain) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) sum[chain][v] = hn::Zero(tag);
  }
  const Real* value = query.values + first;
  const auto add = [&](int chain, Real weight) HWY_ATTR {
    const auto share = all(weight);
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v)
      sum[chain][v] = hn::MulAdd(share, hn::LoadU(tag, value + v * lanes), sum[chain][v]);
    value += query.head_width;
  };
  std::int64_t t = 0;
  for (; t + chains <= query.count; t += chains) {
#pragma GCC unroll 4
    for (int chain = 0; chain < chains; ++chain) add(chain, power[t + chain]);
  }
  for (; t < query.count; ++t) add(0, power[t]);
#pragma GCC unroll 2
  for (int v = 0; v < vectors; ++v) {
    const auto whole = hn::Add(hn::Add(sum[0][v], sum[1][v]), hn::Add(sum[2][v], sum[3][v]));
    hn::StoreU(hn::Mul(whole, all(inverse)), tag, mixed + first + v * lanes);
  }
}

template <class Real>
void attend(const Query<Real>& query, Real* score, Real* mixed) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Tag<Real>()));
  for (std::int64_t t = 0; t < query.count;) {
    const std::int64_t vectors = (query.count - t + lanes - 1) / lanes;
    if (vectors >= 4) {
      scores<4>(query, t, score);
      t += 4 * lanes;
    } else if (vectors >= 2) {
      scores<2>(query, t, score);
      t += 2 * lanes;
    } else {
      scores<1>(query, t, score);
      t += lanes;
    }
  }
  const Real inverse = 1 / exponentials(query, score);
  std::int64_t i = 0;
  for (; i + lanes < query.head_width; i += 2 * lanes) mix<2>(query, i, score, inverse, mixed);
  if (i < query.head_width) mix<1>(query, i, score, inverse, mixed);
}

template <class Real>
const DecodingKernels<Real>* table() {
  static const DecodingKernels<Real> kernels{
      .rms_norm = &rms_norm<Real>, .rotate = &rotate<Real>, .attend = &attend<Real>};
  return &kernels;
}

const DecodingKernels<float>* decoding_for_floats() {
  return table<float>();
}
const DecodingKernels<double>* decoding_for_doubles() {
  return table<double>();
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {
HWY_EXPORT(decoding_for_floats);
HWY_EXPORT(decoding_for_doubles);

template <>
const DecodingKernels<float>& decoding_kernels<float>() {
  return *HWY_DYNAMIC_DISPATCH(decoding_for_floats)();
}
template <>
const DecodingKernels<double>& decoding_kernels<double>() {
  return *HWY_DYNAMIC_DISPATCH(decoding_for_doubles)();
}

}  // namespace assay
#endif
