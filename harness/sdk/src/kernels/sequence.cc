#include "sdk/internal/kernels/sequence.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sdk/src/kernels/sequence.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include "sdk/internal/kernels/vector_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {
template <class Real>
void rms_norm(const Tokens& size, const Real* h, const Real* weight, Real epsilon, Real* inverse,
              Real* x) {
  const auto one = all<Real>(1), share = all(Real(1) / static_cast<Real>(size.features));
  for_parts<Real>(size.tokens, [&](std::int64_t j, auto part) HWY_ATTR {
    auto even = hn::Zero(Tag<Real>()), odd = even;
    std::int64_t i = 0;
    for (; i + 2 <= size.features; i += 2) {
      const auto a = part.load(h + i * size.stride + j);
      const auto b = part.load(h + (i + 1) * size.stride + j);
      even = hn::MulAdd(a, a, even);
      odd = hn::MulAdd(b, b, odd);
    }
    if (i < size.features) {
      const auto a = part.load(h + i * size.stride + j);
      even = hn::MulAdd(a, a, even);
    }
    const auto mean = hn::MulAdd(hn::Add(even, odd), share, all(epsilon));
    const auto scale = hn::Div(one, hn::Sqrt(mean));
    part.store(scale, inverse + j);
    for (i = 0; i < size.features; ++i) {
      const auto value = part.load(h + i * size.stride + j);
      part.store(hn::Mul(hn::Mul(value, scale), all(weight[i])), x + i * size.stride + j);
    }
  });
}

template <class Real>
void rms_norm_backward(const Tokens& size, const Real* h, const Real* weight, const Real* inverse,
                       const Real* dx, Real* scratch, Real* dh, Real* dweight) {
  const auto share = all(Real(1) / static_cast<Real>(size.features));
  // What a token's derivative loses along h: inverse^3 / features * sum of dx weight h.
  for_parts<Real>(size.tokens, [&](std::int64_t j, auto part) HWY_ATTR {
    auto sum = hn::Zero(Tag<Real>());
    for (std::int64_t i = 0; i < size.features; ++i) {
      const auto along = hn::Mul(part.load(dx + i * size.stride + j), all(weight[i]));
      sum = hn::MulAdd(along, part.load(h + i * size.stride + j), sum);
    }
    const auto scale = part.load(inverse + j);
    part.store(hn::Mul(hn::Mul(sum, share), hn::Mul(scale, hn::Mul(scale, scale))), scratch + j);
  });
  for (std::int64_t i = 0; i < size.features; ++i) {
    const std::int64_t row = i * size.stride;
    auto sum = hn::Zero(Tag<Real>());
    for_parts<Real>(size.tokens, [&](std::int64_t j, auto part) HWY_ATTR {
      const auto scaled = hn::Mul(part.load(dx + row + j), part.load(inverse + j));
      const auto value = part.load(h + row + j);
      sum = hn::MulAdd(scaled, value, sum);
      const auto lost = hn::Mul(value, part.load(scratch + j));
      part.store(hn::Add(part.load(dh + row + j), hn::MulSub(scaled, all(weight[i]), lost)),
                 dh + row + j);
    });
    dweight[i] += hn::GetLane(hn::SumOfLanes(Tag<Real>(), sum));
  }
}

template <bool back, class Real>
void rotate(const Tokens& size, std::int64_t heads, const Real* cosine, const Real* sine, Real* x) {
  const std::int64_t half = size.features / heads / 2;
  for (std::int64_t head = 0; head < heads; ++head) {
    for (std::int64_t i = 0; i < half; ++i) {
      Real* first = x + (2 * head * half + i) * size.stride;
      Real* second = first + half * size.stride;
      for_parts<Real>(size.tokens, [&](std::int64_t j, auto part) HWY_ATTR {
        const auto a = part.load(first + j), b = part.load(second + j);
        const auto c = part.load(cosine + i * size.stride + j);
        const auto s = part.load(sine + i * size.stride + j);
        if constexpr (back) {
          part.store(hn::MulAdd(b, s, hn::Mul(a, c)), first + j);
          part.store(hn::NegMulAdd(a, s, hn::Mul(b, c)), second + j);
        } else {
          part.store(hn::NegMulAdd(b, s, hn::Mul(a, c)), first + j);
          part.store(hn::MulAdd(a, s, hn::Mul(b, c)), second + j);
        }
      });
    }
  }
}

// 1 / (1 + exp(-x)). Highway's exp holds for exponents up to 104 (double: 706) and wraps round
// beyond them, where the quotient is zero to every digit that counts.
template <class V>
HWY_INLINE V sigmoid(V x) {
  const hn::DFromV<V> tag;
  using Real = hn::TFromD<decltype(tag)>;
  const auto one = hn::Set(tag, Real(1));
  const auto largest = hn::Set(tag, static_cast<Real>(sizeof(Real) == 4 ? 87 : 706));
  return hn::Div(one, hn::Add(one, hn::Exp(tag, hn::Min(hn::Neg(x), largest))));
}

// u / 2 (1 + tanh(z)) = u sigmoid(2 z); 2 z = u (a + b u^2).
constexpr double gelu_a = 1.5957691216057308, gelu_b = gelu_a * 0.044715;

template <class Real, class Use>
HWY_INLINE void for_elements(const Tokens& size, const Use& use) {
  for (std::int64_t i = 0; i < size.features; ++i) {
    for_parts<Real>(size.tokens,
                      [&](std::int64_t j, auto part) HWY_ATTR { use(i * size.stride + j, part); });
  }
}

template <class Real>
void gelu(const Tokens& size, const Real* from, Real* to) {
  const auto a = all(static_cast<Real>(gelu_a)), b = all(static_cast<Real>(gelu_b));
  for_elements<Real>(size, [&](std::int64_t at, auto part) HWY_ATTR {
    const auto u = part.load(from + at);
    const auto doubled = hn::Mul(u, hn::MulAdd(b, hn::Mul(u, u), a));
    part.store(hn::Mul(u, sigmoid(doubled)), to + at);
  });
}

template <class Real>
void gelu_backward(const Tokens& size, const Real* from, Real* g, Real* dg) {
  const auto a = all(static_cast<Real>(gelu_a)), b = all(static_cast<Real>(gelu_b));
  const auto b3 = all(static_cast<Real>(3 * gelu_b)), one = all<Real>(1);
  for_elements<Real>(size, [&](std::int64_t at, auto part) HWY_ATTR {
    const auto u = part.load(from + at);
    const auto square = hn::Mul(u, u);
    const auto s = sigmoid(hn::Mul(u, hn::MulAdd(b, square, a)));
    const auto value = hn::Mul(u, s);
    const auto slope = hn::MulAdd(hn::Mul(value, hn::Sub(one, s)), hn::MulAdd(b3, square, a), s);
    part.store(value, g + at);
    part.store(hn::Mul(part.load(dg + at), slope), dg + at);
  });
}

template <class Real>
void swiglu(const Tokens& size, const Real* gate, const Real* up, Real* g) {
  for_elements<Real>(size, [&](std::int64_t at, auto part) HWY_ATTR {
    const auto x = part.load(gate + at);
    part.store(hn::Mul(hn::Mul(x, sigmoid(x)), part.load(up + at)), g + at);
  });
}

template <class Real>
void swiglu_backward(const Tokens& size, const Real* gate, const Real* up, Real* g, Real* dg,
                     Real* dgate) {
  const auto one = all<Real>(1);
  for_elements<Real>(size, [&](std::int64_t at, auto part) HWY_ATTR {
    const auto x = part.load(gate + at), y = part.load(up + at), d = part.load(dg + at);
    const auto s = sigmoid(x);
    const auto silu = hn::Mul(x, s);
    const auto slope = hn::MulAdd(silu, hn::Sub(one, s), s);
    part.store(hn::Mul(silu, y), g + at);
    part.store(hn::Mul(hn::Mul(d, y), slope), dgate + at);
    part.store(hn::Mul(d, silu), dg + at);
  });
}

// Keys up to `first` are seen by every query of the block, query j sees j more.
template <class Real>
void causal_softmax(const Tokens& size, std::int64_t first, Real scale, Real* s) {
  const Tag<Real> tag;
  for_parts<Real>(size.tokens, [&](std::int64_t j, auto part) HWY_ATTR {
    const auto last = hn::Iota(tag, static_cast<Real>(first + j));
    const std::int64_t common = std::min(first + j + 1, size.features);
    auto largest = part.load(s + j);
    for (std::int64_t key = 1; key < size.features; ++key) {
      const auto score = part.load(s + key * size.stride + j);
      const auto larger = hn::Max(score, largest);
      largest = key < common
                    ? larger
                    : hn::IfThenElse(hn::Le(all(static_cast<Real>(key)), last), larger, largest);
    }
    const auto factor = all(scale);
    auto sum = hn::Zero(tag);
    for (std::int64_t key = 0; key < size.features; ++key) {
      Real* place = s + key * size.stride + j;
      auto power = hn::Exp(tag, hn::Mul(hn::Sub(part.load(place), largest), factor));
      if (key >= common)
        power = hn::IfThenElseZero(hn::Le(all(static_cast<Real>(key)), last), power);
      sum = hn::Add(sum, power);
      part.store(power, place);
    }
    const auto inverse = hn::Div(all<Real>(1), sum);
    for (std::int64_t key = 0; key < size.features; ++key) {
      Real* place = s + key * size.stride + j;
      part.store(hn::Mul(part.load(place), inverse), place);
    }
  });
}

template <class Real>
void softmax_backward(const Tokens& size, Real scale, const Real* p, Real* dp) {
  for_parts<Real>(size.tokens, [&](std::int64_t j, auto part) HWY_ATTR {
    auto mean = hn::Zero(Tag<Real>());
    for (std::int64_t key = 0; key < size.features; ++key) {
      const std::int64_t at = key * size.stride + j;
      mean = hn::MulAdd(part.load(p + at), part.load(dp + at), mean);
    }
    for (std::int64_t key = 0; key < size.features; ++key) {
      const std::int64_t at = key * size.stride + j;
      const auto share = hn::Mul(part.load(p + at), all(scale));
      part.store(hn::Mul(share, hn::Sub(part.load(dp + at), mean)), dp + at);
    }
  });
}

// A square of a cache line's width. Its loops have a constant length, so that it becomes shuffles.
constexpr std::int64_t block = 16;

template <class Real>
void transpose_block(const Real* HWY_RESTRICT from, std::int64_t from_stride, Real* HWY_RESTRICT to,
                     std::int64_t to_stride) {
  for (std::int64_t column = 0; column < block; ++column) {
    for (std::int64_t row = 0; row < block; ++row) {
      to[column * to_stride + row] = from[row * from_stride + column];
    }
  }
}

template <class Real>
void transpose(const Real* from, std::int64_t rows, std::int64_t columns, std::int64_t from_stride,
               Real* to, std::int64_t to_stride) {
  for (std::int64_t row = 0; row < rows; row += block) {
    const std::int64_t height = std::min(block, rows - row);
    for (std::int64_t column = 0; column < columns; column += block) {
      const std::int64_t width = std::min(block, columns - column);
      const Real* corner = from + row * from_stride + column;
      Real* place = to + column * to_stride + row;
      if (height == block && width == block) {
        transpose_block(corner, from_stride, place, to_stride);
        continue;
      }
      for (std::int64_t c = 0; c < width; ++c) {
        for (std::int64_t r = 0; r < height; ++r)
          place[c * to_stride + r] = corner[r * from_stride + c];
      }
    }
  }
}

template <class Real>
void add(const Real* HWY_RESTRICT from, std::int64_t size, Real* HWY_RESTRICT to) {
  for (std::int64_t i = 0; i < size; ++i) to[i] += from[i];
}

template <class Real>
const SequenceKernels<Real>* table() {
  static const SequenceKernels<Real> kernels{
      .rms_norm = &rms_norm<Real>,
      .rms_norm_backward = &rms_norm_backward<Real>,
      .rotate = &rotate<false, Real>,
      .rotate_back = &rotate<true, Real>,
      .gelu = &gelu<Real>,
      .gelu_backward = &gelu_backward<Real>,
      .swiglu = &swiglu<Real>,
      .swiglu_backward = &swiglu_backward<Real>,
      .causal_softmax = &causal_softmax<Real>,
      .softmax_backward = &softmax_backward<Real>,
      .transpose = &transpose<Real>,
      .add = &add<Real>,
  };
  return &kernels;
}

const SequenceKernels<float>* table_of_floats() {
  return table<float>();
}
const SequenceKernels<double>* table_of_doubles() {
  return table<double>();
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {
HWY_EXPORT(table_of_floats);
HWY_EXPORT(table_of_doubles);

template <>
const SequenceKernels<float>& sequence_kernels<float>() {
  return *HWY_DYNAMIC_DISPATCH(table_of_floats)();
}
template <>
const SequenceKernels<double>& sequence_kernels<double>() {
  return *HWY_DYNAMIC_DISPATCH(table_of_doubles)();
}

}  // namespace assay
#endif
