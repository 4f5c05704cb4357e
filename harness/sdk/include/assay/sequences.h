// Sequences of tokens: how likely a network finds them. Shape letters besides the usual: T tokens
// of a sequence, V symbols of the vocabulary. Leading axes are any ([K, B], or [K, B, 2] for
// pairs).
//
// The shift is made here: logits [..., T, V] at position t speak of token t + 1, so what is said of
// tokens 1 to T-1 has T-1 entries, entry t of token t + 1, and the logits of the last position are
// not read. Masks are aligned with the tokens, [..., T]: 1 where a token counts (a response's,
// say), 0 elsewhere; the first token's entry is not read, for nothing predicts it. Tokens are
// int64, or whole numbers held as floats (as data sets hold them). Here a negative token is padding
// and never counts; but networks take tokens of the vocabulary alone, so what pads a data set is one
// of them, with mask 0.
#pragma once

#include <assay/train.h>

#include <functional>

namespace assay {

/// log p(token t + 1 | tokens 0..t), [..., T-1]. Zero, and without a slope, where mask_T is 0
/// (undefined: every token counts) and at padding, whatever the logits are there. A logit that is
/// not finite, -inf too, makes what is said by its position not a number. Backward makes the logits'
/// derivative and no other tensor of that size. mask_T may have leading axes of size 1. Throws Error
/// for shapes that do not fit and for what is no token of the vocabulary.
Tensor token_log_probabilities(const Tensor& logits_TV, const Tensor& token_T,
                               const Tensor& mask_T = {});

/// Entropy (natural logarithm) of the next token at positions 0..T-2, [..., T-1]; mask_T as above.
Tensor token_entropies(const Tensor& logits_TV, const Tensor& mask_T = {});

/// KL(p || q) of the next token at positions 0..T-2, [..., T-1]; mask_T as above.
Tensor token_divergences(const Tensor& p_logits_TV, const Tensor& q_logits_TV,
                         const Tensor& mask_T = {});

/// Number of tokens that count and are predicted, [...], of the mask's type: |y|. A mask that is
/// bool or of integers gives float32.
Tensor sequence_lengths(const Tensor& mask_T);

/// Sum over the tokens that count of what is said of each, [..., T-1] to [...]. 0 where none
/// counts, whatever stands there (also a number that is not finite).
Tensor sequence_sums(const Tensor& value_T, const Tensor& mask_T);

/// The same divided by the length; 0 where none counts.
Tensor sequence_means(const Tensor& value_T, const Tensor& mask_T);

/// token_log_probabilities of every item of `data` ([..., T] tokens) by a model, [K, N, ..., T-1],
/// without gradients and in large batches: a reference model's, computed once and read through
/// Batch::gather or gather_said. mask_KNT is [K, N, ..., T], or [1, N, ..., T] for all rows, or
/// undefined; trailing positions at which nothing counts are not computed. Zero past a row's end. A
/// network with a pass of its own on the CPU gives the same bits whatever the cohort's size, others
/// the same up to rounding. Counts forward samples when `run` is given. Throws Error when shapes do
/// not fit, and for items that are not tokens of the vocabulary.
Tensor predict_log_probabilities(const Model& model, const Dataset& data,
                                 const Tensor& mask_KNT = {}, Run* run = nullptr);

/// The same for token_entropies, and for token_divergences of a model from another.
Tensor predict_entropies(const Model& model, const Dataset& data, const Tensor& mask_KNT = {},
                         Run* run = nullptr);
Tensor predict_divergences(const Model& model, const Model& from, const Dataset& data,
                           const Tensor& mask_KNT = {}, Run* run = nullptr);

/// A hook for Hooks::prepare: cuts the batch's tokens behind the last one that counts in any of its
/// sequences, by the training set's mask [K, N, ..., T], so that short batches cost less. In a
/// causal network nothing else changes, up to rounding: the cut is that of the whole cohort's batch,
/// so a row's last bits depend on the others'. (FLOPs are counted as if nothing were cut.)
std::function<void(Batch&)> cut_padding(const Tensor& mask_KNT);

/// Batch::gather of a tensor that is aligned with the tokens, [K, N, ..., T], cut as the batch's
/// tokens are.
Tensor gather_tokens(const Batch& batch, const Tensor& value_KNT);

/// The same of what is said of tokens, [K, N, ..., T-1].
Tensor gather_said(const Batch& batch, const Tensor& value_KNT);

}  // namespace assay
