// Sequences drawn from networks of sequences, a whole cohort at once.
#pragma once

#include <assay/network.h>
#include <assay/run.h>
#include <assay/streams.h>
#include <assay/tensor.h>

#include <cstdint>

namespace assay {

/// How tokens are drawn. The order is that of the `transformers` library: temperature, then top-k,
/// then top-p of what is left.
struct Sampling {
  std::int64_t length = 0;  ///< tokens of a sequence at most, its prompt included
  double temperature =
      1;  ///< logits are divided by it; 0: the likeliest token (of equals the first)
  std::int64_t top_k = 0;  ///< only tokens as likely as the k-th; 0: all
  double top_p = 1;        ///< only the likeliest tokens whose sum first reaches this (of equals
                           ///< the first; Holtzman et al. 2020, arXiv:1904.09751)
  std::int64_t stop = -1;  ///< the token that ends a sequence, and is part of it; negative: none
  bool cached = true;      ///< false: the network's whole forward pass for every token (slow)
};

/// What was drawn. T is Sampling::length.
struct Samples {
  Tensor token_KNT;  ///< int64: the prompt, what was drawn, and behind it 0
  Tensor mask_KNT;   ///< float32: 1 where a token was drawn (a stop token too), as sequences.h's
  Tensor length_KN;  ///< int64: tokens of the sequence, its prompt included
  Tensor ended_KN;   ///< bool: by the stop token; the others ran into the length
};

/// Continues prompts: of prompt_KNT (int64, or whole numbers) each sequence's first length_KN
/// tokens (int64, 1 to T; undefined: all). Row k's model continues row k's prompts. The number that
/// decides on token t of sequence n is Streams::uniform({N}, t)'s entry n: it does not depend on
/// the cohort, on N, or on which sequences have ended. The logits do not either where Decoder's have
/// the same bits; elsewhere their rounding does, and a number within it of a boundary draws another
/// token. A row whose logits are not finite fails
/// alone in `run` and its sequences end there; without `run` that is an Error, as are shapes and
/// options that do not fit. Counts one forward sample a sequence, with the FLOPs of the network's
/// whole input length, however long the sequence became.
Samples draw_sequences(const Model& model, const Tensor& prompt_KNT, const Tensor& length_KN,
                       const Sampling& how, const Streams& streams, Run* run = nullptr);

/// The probabilities that a token is drawn with, float64 [..., V], by the logits at its position.
Tensor sampling_probabilities(const Tensor& logits_V, const Sampling& how);

}  // namespace assay
