#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/likelihood.h>
#include <assay/losses.h>

#include <ATen/ATen.h>
#include <string>

namespace assay {
namespace {

void check(const char* what, Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB) {
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
  if (kind == Likelihood::categorical) {
    return -cross_entropy(logits_KBC, one_hot(label_KB, logits_KBC.size(2), logits_KBC));
  }
  const Tensor z_KB = logits_KBC.squeeze(2);
  if (kind == Likelihood::bernoulli) return at::log_sigmoid(z_KB * sign_of(label_KB, z_KB));
  return (z_KB - label_KB.to(z_KB.scalar_type())).square() * -0.5;
}

Tensor kl_divergence(Likelihood kind, const Tensor& p_logits_KBC, const Tensor& q_logits_KBC) {
  if (p_logits_KBC.dim() != 3 || p_logits_KBC.sizes() != q_logits_KBC.sizes() ||
      (kind == Likelihood::categorical) != (p_logits_KBC.size(2) > 1)) {
    throw Error("kl_divergence: expected two logits [rows, batch, outputs], got " +
                shape_text(p_logits_KBC) + " and " + shape_text(q_logits_KBC));
  }
  if (kind == Likelihood::gaussian) return (p_logits_KBC - q_logits_KBC).square().sum(2) * 0.5;
  if (kind == Likelihood::bernoulli) {
    const Tensor p = p_logits_KBC.sigmoid();
    const Tensor yes = at::log_sigmoid(p_logits_KBC) - at::log_sigmoid(q_logits_KBC);
    const Tensor no = at::log_sigmoid(-p_logits_KBC) - at::log_sigmoid(-q_logits_KBC);
    return (p * yes + (1 - p) * no).sum(2);
  }
  const Tensor log_p_KBC = p_logits_KBC.log_softmax(2), log_q_KBC = q_logits_KBC.log_softmax(2);
  return (log_p_KBC.exp() * (log_p_KBC - log_q_KBC)).sum(2);
}

Tensor is_correct(Likelihood kind, const Tensor& logits_KBC, const Tensor& label_KB) {
  check("is_correct", kind, logits_KBC, label_KB);
  switch (kind) {
    case Likelihood::categorical:
      return logits_KBC.argmax(2).eq(label_KB).to(logits_KBC.scalar_type());
    case Likelihood::bernoulli:
      return logits_KBC.squeeze(2).gt(0).eq(label_KB.gt(0)).to(logits_KBC.scalar_type());
    case Likelihood::gaussian:
      break;
  }
  throw Error("is_correct: a number predicted is never simply right");
}

Tensor restricted(const Tensor& logits_KBC, const Tensor& allowed_KBC) {
  // A number, not infinity: a target of zero times it must be zero.
  return logits_KBC.masked_fill(allowed_KBC.logical_not(), -1e9);
}

}  // namespace assay
