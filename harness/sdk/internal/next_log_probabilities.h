// log p of tokens where nothing is shifted: what log_likelihood() of sequences and
// token_log_probabilities() share.
#pragma once

#include <assay/tensor.h>

namespace assay {

/// log p(token) at every position, [..., T], by logits [..., T, V] of that very position; token_T
/// is int64. Zero, and without a slope, where the token is negative. Backward makes the logits'
/// derivative and no other tensor of that size. Throws Error for a token outside of the vocabulary.
Tensor next_log_probabilities(const Tensor& logits_TV, const Tensor& token_T);

}  // namespace assay
