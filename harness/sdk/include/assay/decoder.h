// Decoding: sequences of a cohort continued token by token, with what earlier tokens left kept.
#pragma once

#include <assay/tensor.h>

namespace assay {

/// Made by Network::decoder. K rows of B sequences each; nothing is recorded for gradients. The
/// answers are those of Network::forward at the last position, up to rounding. For float and double
/// on the CPU a transformer's are the same bits whatever other rows and sequences there are; on
/// other devices, for other types and with adapters up to rounding. Tokens are int64, or whole
/// numbers, on any device. All three throw Error for other shapes, for tokens outside the
/// vocabulary and for sequences that would become longer than was asked for.
class Decoder {
 public:
  virtual ~Decoder() = default;

  /// Starts anew with prompts: of tokens_KBT each sequence's first length_KB (1 to T); what follows
  /// must be tokens too, but is not looked at. Logits of the token after each prompt, [K, B, V].
  virtual Tensor prefill(const Tensor& tokens_KBT, const Tensor& length_KB) = 0;

  /// Appends one token to every sequence; logits of the one after it, [K, B, V]. A negative token:
  /// that sequence has ended, nothing is appended, and its logits are any numbers.
  virtual Tensor step(const Tensor& tokens_KB) = 0;

  /// From now on row k's sequence b is what its sequence place_KB[k, b] was; as many as place_KB
  /// has columns. Takes ended ones out, also where rows differ in which and how many: a row's place
  /// may come twice.
  virtual void keep(const Tensor& place_KB) = 0;
};

}  // namespace assay
