#include "sdk/internal/direct_pass.h"

#include <assay/common/error.h>
#include <assay/train.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <memory>

namespace assay {
namespace {

constexpr std::int64_t samples_at_once = 4096;  // over all rows

// 1 for a row's items, 0 for padding, [K, N, 1...] of as many axes as `like`; undefined when no row
// has padding.
Tensor padding_mask(const Dataset& data, const Tensor& like) {
  std::vector<std::int64_t> counts;
  bool padded = false;
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    counts.push_back(data.count(row));
    padded = padded || data.count(row) < data.largest_count();
  }
  if (!padded) return {};
  const Tensor count_K1 = at::tensor(at::ArrayRef<std::int64_t>(counts), at::kLong).unsqueeze(1);
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = data.rows();
  shape[1] = data.largest_count();
  return at::arange(data.largest_count(), at::kLong)
      .lt(count_K1)
      .view(shape)
      .to(like.device(), like.scalar_type());
}

}  // namespace

Tensor predict_logits(const Model& model, const Dataset& data, Run* run) {
  if (data.rows() != model.rows()) {
    throw Error("predict: the model has " + std::to_string(model.rows()) + " rows, the data set " +
                std::to_string(data.rows()));
  }
  const at::NoGradGuard no_record;  // not inference mode: answers may enter a loss later
  const Tensor theta_KP = model.theta_KP.detach().contiguous();
  const ParameterView parameters(model.network->layout(), theta_KP);
  const std::int64_t items = data.largest_count();
  const std::int64_t chunk =
      std::max<std::int64_t>(samples_at_once / std::max<std::int64_t>(model.rows(), 1), 1);
  const std::unique_ptr<DirectPass> direct = model.network->direct_pass(theta_KP);
  Tensor logits_KNC =
      at::zeros({model.rows(), items, model.network->classes()}, theta_KP.options());
  for (std::int64_t from = 0; from < items; from += chunk) {
    const std::int64_t to = std::min(from + chunk, items);
    const Tensor x = data.slice(from, to).to(theta_KP.scalar_type());
    const Outputs outputs = direct && direct->fits(to - from)
                                ? direct->forward(theta_KP, x.contiguous(), false, /*keep=*/false)
                                : model.network->forward(parameters, x, {});
    if (from == 0 && outputs.logits_KBC.dim() > 3) {  // a network of sequences: [K, N, ..., T, C]
      std::vector<std::int64_t> shape = outputs.logits_KBC.sizes().vec();
      shape[1] = items;
      logits_KNC = at::zeros(shape, theta_KP.options());
    }
    logits_KNC.slice(1, from, to).copy_(outputs.logits_KBC);
  }
  const Tensor mask_KN1 = padding_mask(data, logits_KNC);
  // Filled, not multiplied: padding's logits may be anything, also not finite.
  if (mask_KN1.defined()) logits_KNC.masked_fill_(mask_KN1.eq(0), 0);
  for (std::int64_t row = 0; run != nullptr && row < data.rows(); ++row) {
    run->costs(row).forward_samples += data.count(row);
    run->costs(row).flops += model.network->forward_flops() * static_cast<double>(data.count(row));
  }
  return logits_KNC;
}

Tensor predict_probabilities(const Model& model, const Dataset& data, Run* run) {
  const Tensor probability_KNC = at::softmax(predict_logits(model, data, run), -1);
  const Tensor mask_KN1 = padding_mask(data, probability_KNC);
  return mask_KN1.defined() ? probability_KNC * mask_KN1 : probability_KNC;
}

}  // namespace assay
