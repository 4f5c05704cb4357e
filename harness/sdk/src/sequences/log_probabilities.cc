#include "sdk/internal/kernels/tokens.h"
#include "sdk/internal/next_log_probabilities.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/losses.h>
#include <assay/sequences.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <algorithm>
#include <sstream>

namespace assay {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Tokens that count, or negative.
const Tensor& checked(const Tensor& token_T, std::int64_t symbols) {
  Tensor wrong_T = token_T.lt(symbols).logical_not();  // true for what is not a number
  if (token_T.is_floating_point()) wrong_T.logical_or_(token_T.ne(token_T.floor()));
  if (!wrong_T.any().item<bool>()) return token_T;
  std::ostringstream text;
  text << "token_log_probabilities: there is a token "
       << token_T.masked_select(wrong_T)[0].item<double>() << ", but the logits are for " << symbols
       << " symbols";
  throw Error(text.str());
}

// The token that each position speaks of, int64 [..., T]; -1 where nothing counts, as at the last.
Tensor spoken_of(const Tensor& logits_TV, const Tensor& token_T, const Tensor& mask_T) {
  const at::IntArrayRef shape = logits_TV.sizes().slice(0, logits_TV.dim() - 1);
  Tensor next_T = token_T.slice(-1, 1);
  if (mask_T.defined()) next_T = next_T.masked_fill(mask_T.slice(-1, 1).eq(0), -1);
  next_T = checked(next_T, logits_TV.size(-1)).to(at::kLong);
  return at::constant_pad_nd(next_T, {0, 1}, -1).expand(shape).contiguous();
}

bool expands(at::IntArrayRef sizes, at::IntArrayRef to) {
  return sizes.size() == to.size() && !to.empty() && sizes.back() == to.back() &&
         std::equal(sizes.begin(), sizes.end(), to.begin(),
                    [](std::int64_t from, std::int64_t size) { return from == size || from == 1; });
}

void check_shapes(const Tensor& logits_TV, const Tensor& token_T, const Tensor& mask_T) {
  if (logits_TV.dim() >= 2 && at::isFloatingType(logits_TV.scalar_type())) {
    const at::IntArrayRef shape = logits_TV.sizes().slice(0, logits_TV.dim() - 1);
    if (shape.back() >= 1 && logits_TV.size(-1) >= 1 && expands(token_T.sizes(), shape) &&
        (!mask_T.defined() || expands(mask_T.sizes(), shape))) {
      return;
    }
  }
  throw Error(
      "token_log_probabilities: expected logits [..., T, V] and tokens and mask [..., T], "
      "got " +
      shape_text(logits_TV) + ", " + shape_text(token_T) + " and " +
      (mask_T.defined() ? shape_text(mask_T) : "no mask"));
}

Tensor plain_log_probabilities(const Tensor& logits_TV, const Tensor& next_T) {
  const Tensor out_T = next_T.lt(0);
  // Filled before the exponentials, so that what stands there has no part in the slope either.
  const Tensor counted_TV = logits_TV.masked_fill(out_T.unsqueeze(-1), 0);
  // As the kernel has it, a logit of -inf is hidden no more than others that are not finite.
  const Tensor poison_T1 = counted_TV.detach().mul(0).sum(-1, /*keepdim=*/true);
  const Tensor log_p_TV = (counted_TV + poison_T1).log_softmax(-1);
  return log_p_TV.gather(-1, next_T.clamp_min(0).unsqueeze(-1)).squeeze(-1).masked_fill(out_T, 0);
}

template <class Real>
void fill_log_probabilities(const Tensor& logits_TV, const Tensor& next_T, Tensor& log_p_T,
                            Tensor& log_sum_T) {
  token_log_softmax(logits_TV.const_data_ptr<Real>(), next_T.const_data_ptr<std::int64_t>(),
                    next_T.numel(), logits_TV.size(-1), log_p_T.mutable_data_ptr<Real>(),
                    log_sum_T.mutable_data_ptr<Real>());
}

template <class Real>
void fill_gradient(const Tensor& logits_TV, const Tensor& next_T, const Tensor& log_sum_T,
                   const Tensor& weight_T, Tensor& gradient_TV) {
  token_log_softmax_gradient(
      logits_TV.const_data_ptr<Real>(), next_T.const_data_ptr<std::int64_t>(),
      log_sum_T.const_data_ptr<Real>(), weight_T.const_data_ptr<Real>(), next_T.numel(),
      logits_TV.size(-1), gradient_TV.mutable_data_ptr<Real>());
}

// Keeps the logits, which are there anyway, and one number a position. Where the derivative itself
// is to be differentiated, backward falls back on operations that autograd knows.
struct LogProbabilities : torch::autograd::Function<LogProbabilities> {
  static Tensor forward(AutogradContext* context, const Tensor& logits_TV, const Tensor& next_T) {
    const Tensor logits = logits_TV.contiguous();
    Tensor log_p_T = at::empty(next_T.sizes(), logits.options());
    Tensor log_sum_T = at::empty_like(log_p_T);
    if (logits.scalar_type() == at::kFloat) {
      fill_log_probabilities<float>(logits, next_T, log_p_T, log_sum_T);
    } else {
      fill_log_probabilities<double>(logits, next_T, log_p_T, log_sum_T);
    }
    context->save_for_backward({logits_TV, next_T, log_sum_T});
    return log_p_T;
  }

  static variable_list backward(AutogradContext* context, const variable_list& dlog_p) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &logits_TV = saved[0], &next_T = saved[1], &log_sum_T = saved[2];
    if (at::GradMode::is_enabled()) {
      const Tensor out_T1 = next_T.lt(0).unsqueeze(-1);
      const Tensor p_TV = logits_TV.masked_fill(out_T1, 0).softmax(-1).masked_fill(out_T1, 0);
      const Tensor chosen_TV = one_hot(next_T, logits_TV.size(-1), logits_TV);
      return {dlog_p[0].unsqueeze(-1) * (chosen_TV - p_TV), Tensor()};
    }
    const Tensor logits = logits_TV.contiguous();
    const Tensor weight_T = dlog_p[0].to(logits.scalar_type()).contiguous();
    Tensor gradient_TV = at::empty_like(logits);
    if (logits.scalar_type() == at::kFloat) {
      fill_gradient<float>(logits, next_T, log_sum_T, weight_T, gradient_TV);
    } else {
      fill_gradient<double>(logits, next_T, log_sum_T, weight_T, gradient_TV);
    }
    return {gradient_TV, Tensor()};
  }
};

bool has_kernel(const Tensor& logits) {
  const bool real = logits.scalar_type() == at::kFloat || logits.scalar_type() == at::kDouble;
  return real && logits.is_cpu();
}

Tensor of_checked(const Tensor& logits_TV, const Tensor& next_T) {
  return has_kernel(logits_TV) ? LogProbabilities::apply(logits_TV, next_T)
                               : plain_log_probabilities(logits_TV, next_T);
}

}  // namespace

Tensor next_log_probabilities(const Tensor& logits_TV, const Tensor& token_T) {
  return of_checked(logits_TV, checked(token_T, logits_TV.size(-1)).contiguous());
}

Tensor token_log_probabilities(const Tensor& logits_TV, const Tensor& token_T,
                               const Tensor& mask_T) {
  check_shapes(logits_TV, token_T, mask_T);
  const Tensor log_p_T = of_checked(logits_TV, spoken_of(logits_TV, token_T, mask_T));
  return log_p_T.narrow(-1, 0, log_p_T.size(-1) - 1);
}

}  // namespace assay
