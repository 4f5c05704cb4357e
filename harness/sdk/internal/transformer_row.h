// One model of a cohort of transformers: some sequences forward and backward, written by hand.
#pragma once

#include "sdk/internal/attention_layer.h"
#include "sdk/internal/transformer.h"

#include <cstdint>
#include <vector>

namespace assay {

/// Activations are [features, tokens] matrices, tokens side by side: norms, rotations and softmax
/// then go along vectors, weights [in, out] are read as they lie, and only gradients of weights
/// need a transposed copy. theta and gradient are a model's whole row of parameters.
template <class Real>
class TransformerRow {
 public:
  TransformerRow(const TransformerShape& shape, const Layout& layout);

  /// Makes room for sequences of that length, `count` at a time.
  void prepare(std::int64_t time, std::int64_t count);
  /// Elements that forward() leaves for backward(), of prepare()'s sequences.
  std::int64_t kept() const;

  /// What does not depend on the sequences: copies of weights in another order.
  void begin(const Real* theta);
  /// Tokens [count, time] to logits [count, time, V] and, where wanted, features [count, time,
  /// width].
  void forward(const Real* theta, const std::int32_t* tokens, std::int64_t count, Real* kept,
               Real* logits, Real* features);

  void begin_gradient(Real* gradient);
  /// Adds to the gradient; derivatives are as logits and features are, or null.
  void backward(const Real* theta, const std::int32_t* tokens, std::int64_t count, const Real* kept,
                const Real* dlogits, const Real* dfeatures, Real* gradient);
  /// Brings what backward() summed up in another order into the gradient.
  void end_gradient(Real* gradient);

 private:
  // What is kept of a block, and where. Matrices of a row each `stride`.
  template <class Pointer>
  struct Kept {
    Pointer h, inverse, q, k, v, mixed, h_mid, inverse_mid, gate, up;
  };
  template <class Pointer>
  Kept<Pointer> kept_of(Pointer all, std::int64_t block) const;

  Tokens matrix(std::int64_t features) const { return {features, of_.tokens(), of_.stride}; }
  Left<Real> transposed(const Real* weight, std::int64_t out) const { return {weight, 1, out}; }
  void turn(const Real* x, std::int64_t features, std::vector<Real>& to);
  std::int64_t turned_row() const { return shape_.width + 16; }

  void feed_forward(const BlockColumns& at, const Real* theta, const Kept<Real*>& kept,
                    Real* h_next);
  void feed_forward_backward(const BlockColumns& at, const Real* theta,
                             const Kept<const Real*>& kept, Real* gradient, Real* turned_gradient);
  void attention_backward(const BlockColumns& at, const Real* theta, const Kept<const Real*>& kept,
                          Real* gradient, Real* turned_gradient);
  void head_backward(const Real* theta, const Real* h, const Real* inverse, const Real* dlogits,
                     const Real* dfeatures, Real* gradient);

  TransformerShape shape_;
  std::int64_t embed_, norm_, head_, size_;
  std::vector<BlockColumns> blocks_;
  AttentionLayer<Real> attention_;
  Multiplier<Real> multiply_;
  const SequenceKernels<Real>& kernels_ = sequence_kernels<Real>();

  Sequences of_;
  std::int64_t largest_ = 0;         // sequences at a time
  std::vector<Real> cosine_, sine_;  // [head width / 2, tokens]
  std::vector<Real> head_copy_;      // [width, V] of a tied network, else its transpose
  std::vector<Real> x_, g_, dg_, dh_, dx_, dqkv_, scratch_, h_turned_, x_turned_;
  std::vector<Real> turned_gradient_, head_gradient_;
};

extern template class TransformerRow<float>;
extern template class TransformerRow<double>;

}  // namespace assay
