#include <assay/common/error.h>
#include <assay/losses.h>

#include <ATen/ATen.h>
#include <sstream>

namespace assay {
namespace {

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
  return at::mul(at::log_softmax(logits_KBC, -1), target_KBC).sum(-1).neg();
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
