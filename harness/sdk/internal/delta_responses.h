// Which responses a training reads, and what a model says of them.
#pragma once

#include <assay/delta.h>

namespace assay::delta {

/// R responses of every item, R any number: what Pairs are with R = 2.
struct Responses {
  Dataset data;         ///< classes: prompts, items [F...]; sequences: items [R, T]
  Tensor response_KNR;  ///< classes
  Tensor mask_KNRT;     ///< sequences
  Tensor length_KNR;    ///< tokens, in the model's type

  bool sequences() const { return mask_KNRT.defined(); }
};

/// The responses that are read, in the order chosen, rejected, unrelated.
Responses responses_of(const Pairs& pairs, const Reading& reading, const Tensor& like);

/// Tokens before the responses of an item, int64 [K, N]: before the earlier of the two, since one
/// may be empty; T where both are.
Tensor prompt_lengths(const Tensor& mask_KN2T);

/// Sequences: the prompts of the items with the responses of the items after them, as
/// Preferences::unrelated has them. A response that does not fit into T is cut, and 0 fills up.
struct Sequences {
  Tensor token_KNT, mask_KNT;
};
Sequences unrelated_sequences(const Tensor& token_KN2T, const Tensor& mask_KN2T);

/// log pi of each response of a batch from the model's outputs, [A, B, R].
Tensor log_probabilities(const Batch& batch, const Responses& responses);

/// The same for every item, without gradients, [K, N, R].
Tensor log_probabilities(const Model& model, const Responses& responses, Run* run);

}  // namespace assay::delta
