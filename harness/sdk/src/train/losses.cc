#include "sdk/internal/kernels/softmax.h"

#include <assay/common/error.h>
#include <assay/losses.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <sstream>

namespace assay {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Tensor plain_cross_entropy(const Tensor& logits_KBC, const Tensor& target_KBC) {
  return at::mul(at::log_softmax(logits_KBC, -1), target_KBC).sum(-1).neg();
}

template <class Real>
void fill_cross_entropy(const Tensor& logits_KBC, const Tensor& target_KBC, Tensor& loss_KB,
                        Tensor& gradient_KBC) {
  softmax_cross_entropy(logits_KBC.const_data_ptr<Real>(), target_KBC.const_data_ptr<Real>(),
                        loss_KB.numel(), logits_KBC.size(2), loss_KB.mutable_data_ptr<Real>(),
                        gradient_KBC.mutable_data_ptr<Real>());
}

// One pass for loss and derivative. Where the derivative itself is to be differentiated, backward
// falls back on operations that autograd knows.
struct CrossEntropy : torch::autograd::Function<CrossEntropy> {
  static Tensor forward(AutogradContext* context, const Tensor& logits_KBC,
                        const Tensor& target_KBC) {
    const Tensor logits = logits_KBC.contiguous(), target = target_KBC.contiguous();
    Tensor loss_KB = at::empty({logits.size(0), logits.size(1)}, logits.options());
    Tensor gradient_KBC = at::empty_like(logits);
    if (logits.scalar_type() == at::kFloat) {
      fill_cross_entropy<float>(logits, target, loss_KB, gradient_KBC);
    } else {
      fill_cross_entropy<double>(logits, target, loss_KB, gradient_KBC);
    }
    context->save_for_backward({logits_KBC, target_KBC, gradient_KBC});
    return loss_KB;
  }

  static variable_list backward(AutogradContext* context, const variable_list& dloss) {
    const variable_list saved = context->get_saved_variables();
    Tensor derivative_KBC = saved[2];
    if (at::GradMode::is_enabled()) {
      derivative_KBC = at::softmax(saved[0], -1) * saved[1].sum(-1, true) - saved[1];
    }
    return {dloss[0].unsqueeze(-1) * derivative_KBC, Tensor()};
  }
};

// Whether the pass above can be used: on the CPU, for a target that is held fixed.
bool has_kernel(const Tensor& logits, const Tensor& target) {
  const bool real = logits.scalar_type() == at::kFloat || logits.scalar_type() == at::kDouble;
  return real && logits.is_cpu() && target.is_cpu() && logits.size(2) > 0 &&
         target.scalar_type() == logits.scalar_type() &&
         !(at::GradMode::is_enabled() && target.requires_grad());
}

void check_same_shape(const char* loss, const Tensor& logits, const Tensor& target) {
  if (logits.dim() == 3 && logits.sizes() == target.sizes()) return;
  std::ostringstream text;
  text << loss << ": logits and targets must both be [rows, batch, classes], but are "
       << logits.sizes() << " and " << target.sizes();
  throw Error(text.str());
}

}  // namespace

Tensor cross_entropy(const Tensor& logits_KBC, const Tensor& target_KBC) {
  check_same_shape("cross_entropy", logits_KBC, target_KBC);
  if (has_kernel(logits_KBC, target_KBC)) return CrossEntropy::apply(logits_KBC, target_KBC);
  return plain_cross_entropy(logits_KBC, target_KBC);
}

Tensor one_hot(const Tensor& label_KB, std::int64_t classes, const Tensor& like) {
  const Tensor class_C =
      at::arange(classes, at::TensorOptions().dtype(at::kLong).device(label_KB.device()));
  const Tensor target_KBC = label_KB.unsqueeze(-1).eq(class_C);
  return target_KBC.to(like.device(), like.scalar_type());
}

Tensor sigmoid_cross_entropy(const Tensor& logits_KBC, const Tensor& target_KBC) {
  check_same_shape("sigmoid_cross_entropy", logits_KBC, target_KBC);
  return at::binary_cross_entropy_with_logits(logits_KBC, target_KBC, {}, {}, at::Reduction::None)
      .mean(-1);
}

}  // namespace assay
