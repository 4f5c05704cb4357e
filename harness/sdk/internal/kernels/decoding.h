// Passes over the newest tokens of many sequences of one transformer. Activations are [tokens,
// features], a token's features side by side: few tokens come at a time, and no lane waits for
// more. Every token is computed by itself, so that its bits do not depend on which others come.
#pragma once

#include <cstdint>

namespace assay {

/// One query of one head, and what its sequence has kept.
template <class Real>
struct Query {
  std::int64_t count = 0;  ///< keys that it sees, its own the last
  std::int64_t head_width = 0;
  Real scale = 0;              ///< of the scores
  const Real* q = nullptr;     ///< [head width]
  const Real* keys = nullptr;  ///< [head width, count], rows `key_row` apart
  std::int64_t key_row = 0;
  const Real* values = nullptr;  ///< [count, head width]
};

/// What may be read beyond the end of keys, values and answers, and written beyond that of scores:
/// the elements of a vector.
inline constexpr std::int64_t query_margin = 64;

/// Functions for float or double, picked for the processor they run on.
template <class Real>
struct DecodingKernels {
  /// x = h / sqrt(mean over features of h^2 + epsilon) * weight, for each of `tokens`.
  void (*rms_norm)(std::int64_t tokens, std::int64_t width, const Real* h, const Real* weight,
                   Real epsilon, Real* x);
  /// Turns the pairs (i, i + half) of a token's heads, x [heads, 2, half], in place: a' = a cos - b
  /// sin, b' = b cos + a sin. cosine and sine [half].
  void (*rotate)(std::int64_t heads, std::int64_t half, const Real* cosine, const Real* sine,
                 Real* x);
  /// mixed [head width] = sum_t p_t values_t with p = softmax(scale keys' q). `score` has room for
  /// `count` and the margin. A key that is not finite makes the answer not a number.
  void (*attend)(const Query<Real>& query, Real* score, Real* mixed);
};

template <class Real>
const DecodingKernels<Real>& decoding_kernels();
template <>
const DecodingKernels<float>& decoding_kernels<float>();
template <>
const DecodingKernels<double>& decoding_kernels<double>();

}  // namespace assay
