// What a network's outputs say of a sample: the distributions that losses of likelihoods are built
// on.
#pragma once

#include <assay/tensor.h>

namespace assay {

enum class Likelihood {
  categorical,  ///< softmax over C >= 2 outputs; labels are classes
  bernoulli,    ///< sigmoid of one output; labels are 0 and 1
  gaussian,  ///< one output is the mean of a normal distribution of variance 1; labels are numbers
};

/// log p(label) of every sample, [A, B], without a constant (gaussian: -(z - y)^2 / 2). logits_KBC
/// [A, B, C]; label_KB [A, B], int64 or of the logits' type. A label outside 0..C-1 (padding's -1)
/// of a categorical likelihood gives zero. Throws Error when shapes do not fit.
Tensor log_likelihood(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB);

/// KL(p || q) of every sample, [A, B], p and q given by their logits [A, B, C].
Tensor kl_divergence(Likelihood kind, const Tensor& p_logits_KBC, const Tensor& q_logits_KBC);

/// Whether the likeliest label is the given one, [A, B] of the logits' type (gaussian: not defined,
/// throws Error).
Tensor is_correct(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB);

/// Each sample's outputs restricted to `allowed` (bool, [A, B, C] or what expands to it): the
/// logits of the others are so low that softmax gives them zero, and their gradients are zero.
Tensor restricted(const Tensor& logits_KBC, const Tensor& allowed_KBC);

}  // namespace assay
