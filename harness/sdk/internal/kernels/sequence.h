// Passes over the activations of one transformer. A matrix [features, tokens] has a row a feature
// and its tokens side by side, `stride` elements from one row to the next: every pass has a token
// in each lane of a vector, and no sum goes across lanes but that of a parameter's gradient.
#pragma once

#include <cstdint>

namespace assay {

/// The sizes of such a matrix.
struct Tokens {
  std::int64_t features = 0, tokens = 0, stride = 0;
};

/// Functions for float or double, picked for the processor they run on. None overlaps its
/// arguments.
template <class Real>
struct SequenceKernels {
  /// inverse [tokens] = 1 / sqrt(mean over features of h^2 + epsilon), x = h * inverse * weight
  /// [features].
  void (*rms_norm)(const Tokens& size, const Real* h, const Real* weight, Real epsilon,
                   Real* inverse, Real* x);
  /// The derivative by h is added to dh, that by the weight to dweight; dx is that by x. `scratch`
  /// [tokens].
  void (*rms_norm_backward)(const Tokens& size, const Real* h, const Real* weight,
                            const Real* inverse, const Real* dx, Real* scratch, Real* dh,
                            Real* dweight);

  /// Turns each head's pairs (row i, row i + half) of x, in place: a' = a cos - b sin, b' = b cos
  /// + a sin. cosine and sine [half, tokens] of x's stride. `heads` of size.features rows in all.
  void (*rotate)(const Tokens& size, std::int64_t heads, const Real* cosine, const Real* sine,
                 Real* x);
  /// The same by the opposite angles.
  void (*rotate_back)(const Tokens& size, std::int64_t heads, const Real* cosine, const Real* sine,
                      Real* x);

  /// g = u / 2 (1 + tanh(sqrt(2 / pi) (u + .044715 u^3))).
  void (*gelu)(const Tokens& size, const Real* u, Real* g);
  /// dg comes as the derivative by g and leaves as that by u; g is computed again.
  void (*gelu_backward)(const Tokens& size, const Real* u, Real* g, Real* dg);
  /// g = gate sigmoid(gate) up.
  void (*swiglu)(const Tokens& size, const Real* gate, const Real* up, Real* g);
  /// dg comes as the derivative by g and leaves as that by up; dgate is that by the gate.
  void (*swiglu_backward)(const Tokens& size, const Real* gate, const Real* up, Real* g, Real* dg,
                          Real* dgate);

  /// Scores s [keys, queries] become softmax(scale s) over the keys that a query sees; the others'
  /// are zero. Query j sees the keys up to first + j.
  void (*causal_softmax)(const Tokens& size, std::int64_t first, Real scale, Real* s);
  /// dp, the derivative by p = causal_softmax(s), becomes that by s.
  void (*softmax_backward)(const Tokens& size, Real scale, const Real* p, Real* dp);

  /// to [columns, rows] = the transpose of from [rows, columns], of the given strides.
  void (*transpose)(const Real* from, std::int64_t rows, std::int64_t columns,
                    std::int64_t from_stride, Real* to, std::int64_t to_stride);
  /// to [size] += from.
  void (*add)(const Real* from, std::int64_t size, Real* to);
};

template <class Real>
const SequenceKernels<Real>& sequence_kernels();
template <>
const SequenceKernels<float>& sequence_kernels<float>();
template <>
const SequenceKernels<double>& sequence_kernels<double>();

}  // namespace assay
