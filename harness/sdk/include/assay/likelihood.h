// What a network's outputs say of a sample: the distributions that losses of likelihoods are built
// on.
#pragma once

#include <assay/tensor.h>

namespace assay {

enum class Likelihood {
  categorical,  ///< softmax over C >= 2 outputs; labels are classes
  bernoulli,    ///< sigmoid of one output; labels are 0 and 1
  gaussian,  ///< one output is the mean of a normal distribution of variance 1; labels are numbers
  sequence,  ///< an answer of tokens: at each of T positions softmax over V outputs, [A, B, T, V];
             ///< labels [A, B, T] say which token each position shall give, and are negative where
             ///< a position has no part in the answer (the question, padding)
};

/// log p(label) of every sample, [A, B], without a constant (gaussian: -(z - y)^2 / 2). logits_KBC
/// [A, B, C]; label_KB [A, B], int64 or of the logits' type. A label outside 0..C-1 (padding's -1)
/// of a categorical likelihood gives zero. An answer of tokens has the sum over its tokens. Throws
/// Error when shapes do not fit, and for a token outside of the vocabulary.
Tensor log_likelihood(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB);

/// KL(p || q) of every sample, [A, B], p and q given by their logits [A, B, C]; of sequences summed
/// over all positions: what counted_logits() has emptied adds nothing.
Tensor kl_divergence(Likelihood kind, const Tensor& p_logits_KBC, const Tensor& q_logits_KBC);

/// Whether the likeliest label is the given one, [A, B] of the logits' type; of an answer the share
/// of its tokens for which it is, 0 without any (gaussian: not defined, throws Error).
Tensor is_correct(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB);

/// Tokens of every sample's answer, int64 [A, B]: 1 of all kinds but sequences.
Tensor label_lengths(Likelihood kind, const Tensor& label_KB);

/// The logits of a sequence with zeros, which have no slope, at the positions that have no part in
/// the answer; of other kinds the logits as they are. Also of other outputs [A, B, T, D].
Tensor counted_logits(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB);

/// Each sample's outputs restricted to `allowed` (bool, [A, B, C] or what expands to it): the
/// logits of the others are so low that softmax gives them zero, and their gradients are zero.
Tensor restricted(const Tensor& logits_KBC, const Tensor& allowed_KBC);

}  // namespace assay
