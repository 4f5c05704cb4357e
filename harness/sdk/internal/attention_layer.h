// Causal attention of one model, forward and backward, over sequences that lie side by side.
#pragma once

#include "sdk/internal/kernels/multiplier.h"
#include "sdk/internal/kernels/sequence.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace assay {

/// `count` sequences of `time` tokens; matrices are [features, tokens] with a row every `stride`.
struct Sequences {
  std::int64_t count = 0, time = 0, stride = 0;

  std::int64_t tokens() const { return count * time; }
};

/// Mixed = softmax(Q' K / sqrt(head width), over a token's own and earlier ones) V, head by head.
/// Queries and answers have `heads` heads, keys and values `kv_heads`: heads / kv_heads share one.
/// Scores are made for some queries at a time, stay in the first cache, and are made again on the
/// way back instead of being kept.
template <class Real>
class AttentionLayer {
 public:
  AttentionLayer(std::int64_t heads, std::int64_t kv_heads, std::int64_t head_width)
      : heads_(heads),
        kv_heads_(kv_heads),
        size_(head_width),
        scale_(static_cast<Real>(1 / std::sqrt(static_cast<double>(head_width)))) {}

  void forward(const Sequences& of, const Real* q, const Real* k, const Real* v, Real* mixed) {
    for_blocks(of, [&](const Block& block) {
      make_shares(of, block, q, k);
      multiply_(size_, block.queries, block.keys, Left<Real>{v + block.at_keys, of.stride, 1},
                p_.data(), queries_at_once, mixed + block.at_queries, of.stride);
    });
  }

  /// Writes dq, dk and dv from the derivative by `mixed`.
  void backward(const Sequences& of, const Real* q, const Real* k, const Real* v,
                const Real* dmixed, Real* dq, Real* dk, Real* dv) {
    for_blocks(of, [&](const Block& block) {
      make_shares(of, block, q, k);
      const Real* dmixed_here = dmixed + block.at_queries;
      multiply_(block.keys, block.queries, size_, Left<Real>{v + block.at_keys, 1, of.stride},
                dmixed_here, of.stride, dp_.data(), queries_at_once);
      add_transposed(block, p_, of, dmixed_here, dv);
      kernels_.softmax_backward({block.keys, block.queries, queries_at_once}, scale_, p_.data(),
                                dp_.data());
      multiply_(size_, block.queries, block.keys, Left<Real>{k + block.at_keys, of.stride, 1},
                dp_.data(), queries_at_once, dq + block.at_queries, of.stride);
      add_transposed(block, dp_, of, q + block.at_queries, dk);
    });
  }

 private:
  static constexpr std::int64_t queries_at_once = 32;

  // Some queries of a head, and the keys up to the last of them.
  struct Block {
    std::int64_t at_queries, at_keys;  // where the head's first row has them
    std::int64_t first, queries, keys;
    bool starts;  // the first to touch these keys' gradients
  };

  // The last queries come first: they see all keys, so that later blocks add to what is there.
  template <class Use>
  void for_blocks(const Sequences& of, const Use& use) {
    p_.resize(static_cast<std::size_t>(of.time * queries_at_once));
    dp_.resize(p_.size());
    turned_.resize(p_.size());
    const std::int64_t shared = heads_ / kv_heads_;
    const std::int64_t last = (of.time - 1) / queries_at_once * queries_at_once;
    for (std::int64_t sequence = 0; sequence < of.count; ++sequence) {
      const std::int64_t token = sequence * of.time;
      for (std::int64_t head = 0; head < heads_; ++head) {
        for (std::int64_t first = last; first >= 0; first -= queries_at_once) {
          const std::int64_t queries = std::min(queries_at_once, of.time - first);
          use(Block{head * size_ * of.stride + token + first,
                    head / shared * size_ * of.stride + token, first, queries, first + queries,
                    head % shared == 0 && first == last});
        }
      }
    }
  }

  // p_ [keys, queries] = each query's shares of its keys.
  void make_shares(const Sequences& of, const Block& block, const Real* q, const Real* k) {
    multiply_(block.keys, block.queries, size_, Left<Real>{k + block.at_keys, 1, of.stride},
              q + block.at_queries, of.stride, p_.data(), queries_at_once);
    kernels_.causal_softmax({block.keys, block.queries, queries_at_once}, block.first, scale_,
                            p_.data());
  }

  // to [head width, keys] += queries' x [head width, queries] times weight' [queries, keys].
  void add_transposed(const Block& block, const std::vector<Real>& weight, const Sequences& of,
                      const Real* x, Real* to) {
    kernels_.transpose(weight.data(), block.keys, block.queries, queries_at_once, turned_.data(),
                       block.keys);
    multiply_(size_, block.keys, block.queries, Left<Real>{x, of.stride, 1}, turned_.data(),
              block.keys, to + block.at_keys, of.stride, /*add=*/!block.starts);
  }

  std::int64_t heads_, kv_heads_, size_;
  Real scale_;
  const SequenceKernels<Real>& kernels_ = sequence_kernels<Real>();
  Multiplier<Real> multiply_;
  std::vector<Real> p_, dp_, turned_;
};

}  // namespace assay
