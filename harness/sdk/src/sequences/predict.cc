#include "sdk/internal/direct_pass.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/sequences.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <memory>

namespace assay {
namespace {

constexpr std::int64_t logits_at_once = std::int64_t{1} << 24;  // over all rows: 64 MB of floats

// Positions up to the last that counts anywhere, at least one.
std::int64_t counted_positions(const Tensor& mask_T) {
  const Tensor used_T =
      mask_T.ne(0).reshape({-1, mask_T.size(-1)}).any(0).to(at::kCPU).contiguous();
  const bool* used = used_T.const_data_ptr<bool>();
  std::int64_t positions = used_T.size(0);
  while (positions > 1 && !used[positions - 1]) --positions;
  return positions;
}

std::int64_t product(at::IntArrayRef sizes) {
  std::int64_t all = 1;
  for (const std::int64_t size : sizes) all *= size;
  return all;
}

void check(const Model& model, const Dataset& data, const Tensor& mask_KNT) {
  if (data.rows() != model.rows()) {
    throw Error("predict_log_probabilities: the model has " + std::to_string(model.rows()) +
                " rows, the data set " + std::to_string(data.rows()));
  }
  if (!mask_KNT.defined()) return;
  std::vector<std::int64_t> shape = data.item_shape();
  shape.insert(shape.begin(), {data.rows(), data.largest_count()});
  const bool shared = mask_KNT.dim() > 0 && mask_KNT.size(0) == 1;
  if (shared) shape[0] = 1;
  if (mask_KNT.sizes() == at::IntArrayRef(shape)) return;
  throw Error("predict_log_probabilities: expected a mask " + shape_text(at::IntArrayRef(shape)) +
              ", aligned with the items' tokens, got " + shape_text(mask_KNT));
}

}  // namespace

Tensor predict_log_probabilities(const Model& model, const Dataset& data, const Tensor& mask_KNT,
                                 Run* run) {
  check(model, data, mask_KNT);
  const at::NoGradGuard no_record;  // not inference mode: answers enter losses later
  const Tensor theta_KP = model.theta_KP.detach().contiguous();
  const ParameterView parameters(model.network->layout(), theta_KP);
  const std::unique_ptr<DirectPass> direct = model.network->direct_pass(theta_KP);
  const std::vector<std::int64_t> item = data.item_shape();
  const std::int64_t items = data.largest_count();
  const std::int64_t of_an_item = product(item) * model.network->classes() * model.rows();
  const std::int64_t chunk =
      std::max<std::int64_t>(logits_at_once / std::max<std::int64_t>(of_an_item, 1), 1);
  std::vector<std::int64_t> shape = item;
  shape.insert(shape.begin(), {data.rows(), items});
  shape.back() -= 1;
  Tensor log_p_KNT = at::zeros(shape, theta_KP.options());
  for (std::int64_t from = 0; from < items; from += chunk) {
    const std::int64_t to = std::min(from + chunk, items);
    Tensor x = data.slice(from, to), mask_KBT;
    std::int64_t positions = item.back();
    if (mask_KNT.defined()) {
      mask_KBT = mask_KNT.slice(1, from, to);
      positions = counted_positions(mask_KBT);
      mask_KBT = mask_KBT.slice(-1, 0, positions);
    }
    x = x.slice(-1, 0, positions).to(theta_KP.scalar_type()).contiguous();
    const Outputs outputs = direct && direct->fits(to - from)
                                ? direct->forward(theta_KP, x, false, /*keep=*/false)
                                : model.network->forward(parameters, x, {});
    log_p_KNT.slice(1, from, to)
        .slice(-1, 0, positions - 1)
        .copy_(token_log_probabilities(outputs.logits_KBC, x, mask_KBT));
  }
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    const std::int64_t count = data.count(row);
    log_p_KNT.select(0, row).slice(0, count).fill_(0);
    if (run == nullptr) continue;
    run->costs(row).forward_samples += count;
    run->costs(row).flops += model.network->forward_flops() * static_cast<double>(count);
  }
  return log_p_KNT;
}

std::function<void(Batch&)> cut_padding(const Tensor& mask_KNT) {
  return [mask_KNT](Batch& batch) {
    const std::int64_t positions = counted_positions(batch.gather(mask_KNT));
    batch.x = batch.x.slice(-1, 0, positions);
  };
}

Tensor gather_tokens(const Batch& batch, const Tensor& value_KNT) {
  return batch.gather(value_KNT).slice(-1, 0, batch.x.size(-1));
}

Tensor gather_said(const Batch& batch, const Tensor& value_KNT) {
  return batch.gather(value_KNT).slice(-1, 0, batch.x.size(-1) - 1);
}

}  // namespace assay
