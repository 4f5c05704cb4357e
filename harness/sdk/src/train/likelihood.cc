#include "sdk/internal/next_log_probabilities.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/likelihood.h>
#include <assay/losses.h>

#include <ATen/ATen.h>
#include <string>

namespace assay {
namespace {

// An answer's logits [A, B, T, V] and labels [A, B, T].
void check_answers(const char* what, const Tensor& logits_ABTV, const Tensor& label_ABT) {
  if (logits_ABTV.dim() == 4 && label_ABT.dim() == 3 &&
      logits_ABTV.sizes().slice(0, 3) == label_ABT.sizes()) {
    return;
  }
  throw Error(std::string(what) +
              ": expected logits [rows, batch, tokens, symbols] and labels [rows, batch, tokens], "
              "got " +
              shape_text(logits_ABTV) + " and " + shape_text(label_ABT));
}

void check(const char* what, Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB) {
  if (kind == Likelihood::sequence) return check_answers(what, logits_KBC, label_KB);
  const bool outputs =
      logits_KBC.dim() == 3 &&
      (kind == Likelihood::categorical ? logits_KBC.size(2) >= 2 : logits_KBC.size(2) == 1);
  if (outputs && label_KB.dim() == 2 && label_KB.size(0) == logits_KBC.size(0) &&
      label_KB.size(1) == logits_KBC.size(1)) {
    return;
  }
  throw Error(std::string(what) + ": expected logits [rows, batch, " +
              (kind == Likelihood::categorical ? "classes" : "1") +
              "] and labels [rows, batch], got " + shape_text(logits_KBC) + " and " +
              shape_text(label_KB));
}

// +1 for a label of 1, -1 for 0.
Tensor sign_of(const Tensor& label_KB, const Tensor& like) {
  return label_KB.to(like.scalar_type()) * 2 - 1;
}

}  // namespace

Tensor log_likelihood(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB) {
  check("log_likelihood", kind, logits_KBC, label_KB);
  if (kind == Likelihood::sequence) {
    return next_log_probabilities(logits_KBC, label_KB.to(at::kLong)).sum(2);
  }
  if (kind == Likelihood::categorical) {
    return -cross_entropy(logits_KBC, one_hot(label_KB, logits_KBC.size(2), logits_KBC));
  }
  const Tensor z_KB = logits_KBC.squeeze(2);
  if (kind == Likelihood::bernoulli) return at::log_sigmoid(z_KB * sign_of(label_KB, z_KB));
  return (z_KB - label_KB.to(z_KB.scalar_type())).square() * -0.5;
}

Tensor kl_divergence(Likelihood kind, const Tensor& p_logits_KBC, const Tensor& q_logits_KBC) {
  const bool sequence = kind == Likelihood::sequence, classes = kind == Likelihood::categorical;
  if (p_logits_KBC.dim() != (sequence ? 4 : 3) || p_logits_KBC.sizes() != q_logits_KBC.sizes() ||
      (classes || sequence) != (p_logits_KBC.size(-1) > 1)) {
    throw Error("kl_divergence: expected two logits [rows, batch, " +
                std::string(sequence ? "tokens, symbols" : "outputs") + "], got " +
                shape_text(p_logits_KBC) + " and " + shape_text(q_logits_KBC));
  }
  if (kind == Likelihood::gaussian) return (p_logits_KBC - q_logits_KBC).square().sum(2) * 0.5;
  if (kind == Likelihood::bernoulli) {
    const Tensor p = p_logits_KBC.sigmoid();
    const Tensor yes = at::log_sigmoid(p_logits_KBC) - at::log_sigmoid(q_logits_KBC);
    const Tensor no = at::log_sigmoid(-p_logits_KBC) - at::log_sigmoid(-q_logits_KBC);
    return (p * yes + (1 - p) * no).sum(2);
  }
  const Tensor log_p_KBC = p_logits_KBC.log_softmax(-1), log_q_KBC = q_logits_KBC.log_softmax(-1);
  return (log_p_KBC.exp() * (log_p_KBC - log_q_KBC)).flatten(2).sum(2);
}

Tensor is_correct(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB) {
  check("is_correct", kind, logits_KBC, label_KB);
  switch (kind) {
    case Likelihood::categorical:
      return logits_KBC.argmax(2).eq(label_KB).to(logits_KBC.scalar_type());
    case Likelihood::bernoulli:
      return logits_KBC.squeeze(2).gt(0).eq(label_KB.gt(0)).to(logits_KBC.scalar_type());
    case Likelihood::sequence: {
      const Tensor right_ABT = logits_KBC.argmax(3).eq(label_KB).logical_and(label_KB.ge(0));
      return right_ABT.to(logits_KBC.scalar_type()).sum(2) /
             label_lengths(kind, label_KB).clamp_min(1);
    }
    case Likelihood::gaussian:
      break;
  }
  throw Error("is_correct: a number predicted is never simply right");
}

Tensor label_lengths(Likelihood kind, const Tensor& label_KB) {
  return kind == Likelihood::sequence
             ? label_KB.ge(0).sum(2)
             : at::ones_like(label_KB, label_KB.options().dtype(at::kLong));
}

Tensor counted_logits(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB) {
  if (kind != Likelihood::sequence) return logits_KBC;
  check_answers("counted_logits", logits_KBC, label_KB);
  return logits_KBC.masked_fill(label_KB.lt(0).unsqueeze(3), 0);
}

Tensor restricted(const Tensor& logits_KBC, const Tensor& allowed_KBC) {
  // A number, not infinity: a target of zero times it must be zero.
  return logits_KBC.masked_fill(allowed_KBC.logical_not(), -1e9);
}

}  // namespace assay
