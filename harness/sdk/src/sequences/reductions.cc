#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/sequences.h>

#include <ATen/ATen.h>
#include <string>

namespace assay {
namespace {

// The mask of what positions 0..T-2 say, [..., T-1].
Tensor said(const Tensor& mask_T) {
  return mask_T.slice(-1, 1);
}

Tensor counted(const char* what, const Tensor& value_T, const Tensor& mask_T) {
  bool fits = value_T.dim() >= 1 && mask_T.dim() == value_T.dim() &&
              mask_T.size(-1) == value_T.size(-1) + 1;
  for (std::int64_t axis = 0; fits && axis + 1 < value_T.dim(); ++axis) {
    fits = mask_T.size(axis) == value_T.size(axis) || mask_T.size(axis) == 1;
  }
  if (fits) return value_T.masked_fill(said(mask_T).eq(0), 0);
  throw Error(std::string(what) +
              ": expected one value for each token but the first, [..., T-1], "
              "and a mask [..., T], got " +
              shape_text(value_T) + " and " + shape_text(mask_T));
}

// Positions 0..T-2 of logits, zero where the mask says that they do not count.
Tensor counted_logits(const char* what, const Tensor& logits_TV, const Tensor& mask_T) {
  if (logits_TV.dim() < 2 || logits_TV.size(-2) < 1) {
    throw Error(std::string(what) + ": expected logits [..., T, V], got " + shape_text(logits_TV));
  }
  const Tensor said_TV = logits_TV.slice(-2, 0, logits_TV.size(-2) - 1);
  if (!mask_T.defined()) return said_TV;
  bool fits = mask_T.dim() + 1 == logits_TV.dim() && mask_T.size(-1) == logits_TV.size(-2);
  for (std::int64_t axis = 0; fits && axis + 1 < mask_T.dim(); ++axis) {
    fits = mask_T.size(axis) == logits_TV.size(axis) || mask_T.size(axis) == 1;
  }
  if (fits) return said_TV.masked_fill(said(mask_T).eq(0).unsqueeze(-1), 0);
  throw Error(std::string(what) + ": expected logits [..., T, V] and a mask [..., T], got " +
              shape_text(logits_TV) + " and " + shape_text(mask_T));
}

}  // namespace

Tensor token_entropies(const Tensor& logits_TV, const Tensor& mask_T) {
  const Tensor log_p_TV = counted_logits("token_entropies", logits_TV, mask_T).log_softmax(-1);
  const Tensor entropy_T = -(log_p_TV.exp() * log_p_TV).sum(-1);
  return mask_T.defined() ? entropy_T.masked_fill(said(mask_T).eq(0), 0) : entropy_T;
}

Tensor token_divergences(const Tensor& p_logits_TV, const Tensor& q_logits_TV,
                         const Tensor& mask_T) {
  if (p_logits_TV.sizes() != q_logits_TV.sizes()) {
    throw Error("token_divergences: expected two logits [..., T, V], got " +
                shape_text(p_logits_TV) + " and " + shape_text(q_logits_TV));
  }
  const Tensor log_p_TV = counted_logits("token_divergences", p_logits_TV, mask_T).log_softmax(-1);
  const Tensor log_q_TV = counted_logits("token_divergences", q_logits_TV, mask_T).log_softmax(-1);
  return (log_p_TV.exp() * (log_p_TV - log_q_TV)).sum(-1);
}

Tensor sequence_lengths(const Tensor& mask_T) {
  if (mask_T.dim() < 1 || mask_T.size(-1) < 1) {
    throw Error("sequence_lengths: expected a mask [..., T], got " + shape_text(mask_T));
  }
  const bool real = at::isFloatingType(mask_T.scalar_type());
  return said(mask_T).ne(0).sum(-1).to(real ? mask_T.scalar_type() : at::kFloat);
}

Tensor sequence_sums(const Tensor& value_T, const Tensor& mask_T) {
  return counted("sequence_sums", value_T, mask_T).sum(-1);
}

Tensor sequence_means(const Tensor& value_T, const Tensor& mask_T) {
  const Tensor sum = counted("sequence_means", value_T, mask_T).sum(-1);
  return sum / sequence_lengths(mask_T).clamp_min(1).to(value_T.scalar_type());
}

}  // namespace assay
