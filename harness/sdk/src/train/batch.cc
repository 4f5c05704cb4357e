#include <assay/common/error.h>
#include <assay/train.h>

#include <ATen/ATen.h>
#include <sstream>

namespace assay {
namespace {

template <class... Parts>
[[noreturn]] void wrong_shape(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(text.str());
}

}  // namespace

Tensor Batch::row(const Tensor& value_K) const {
  if (value_K.dim() < 1 || value_K.size(0) != cohort_rows) {
    wrong_shape("Batch::row: expected [", cohort_rows, ", ...], one entry a row of the cohort, got ",
                value_K.sizes());
  }
  const Tensor here_K = value_K.to(rows_A.device(), /*non_blocking=*/true);
  if (rows_A.size(0) == cohort_rows) return here_K;   // all are active, in order
  return here_K.index_select(0, rows_A);
}

Tensor Batch::gather(const Tensor& value_KN) const {
  if (value_KN.dim() < 2 || value_KN.size(0) != cohort_rows || value_KN.size(1) < cohort_items) {
    wrong_shape("Batch::gather: expected [", cohort_rows, ", ", cohort_items,
                ", ...], one entry an item of the training set, got ", value_KN.sizes());
  }
  const std::int64_t items = value_KN.size(1);
  const Tensor place_AB = item_AB + rows_A.unsqueeze(1) * items;
  std::vector<std::int64_t> shape = item_AB.sizes().vec();
  shape.insert(shape.end(), value_KN.sizes().begin() + 2, value_KN.sizes().end());
  return value_KN.flatten(0, 1).index_select(0, place_AB.view(-1)).view(shape);
}

Tensor Batch::mean(const Tensor& value_KB) const {
  if (value_KB.sizes() != share_AB.sizes()) {
    wrong_shape("Batch::mean: expected ", share_AB.sizes(), ", one value a sample, got ",
                value_KB.sizes());
  }
  return (value_KB * share_AB).sum(1);
}

}  // namespace assay
