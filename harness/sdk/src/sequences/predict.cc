#include "sdk/internal/checked_tokens.h"
#include "sdk/internal/direct_pass.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/sequences.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

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

void check(const char* what, const std::vector<const Model*>& models, const Dataset& data,
           const Tensor& mask_KNT) {
  for (const Model* model : models) {
    if (data.rows() == model->rows()) continue;
    throw Error(std::string(what) + ": the model has " + std::to_string(model->rows()) +
                " rows, the data set " + std::to_string(data.rows()));
  }
  if (!mask_KNT.defined()) return;
  std::vector<std::int64_t> shape = data.item_shape();
  shape.insert(shape.begin(), {data.rows(), data.largest_count()});
  if (mask_KNT.dim() > 0 && mask_KNT.size(0) == 1) shape[0] = 1;
  if (mask_KNT.sizes() == at::IntArrayRef(shape)) return;
  throw Error(std::string(what) + ": expected a mask " + shape_text(at::IntArrayRef(shape)) +
              ", aligned with the items' tokens, got " + shape_text(mask_KNT));
}

// One model's forward passes.
class Forward {
 public:
  explicit Forward(const Model& model)
      : model_(model),
        theta_KP_(model.theta_KP.detach().contiguous()),
        parameters_(model.network->layout(), theta_KP_),
        direct_(model.network->direct_pass(theta_KP_)) {}

  Tensor logits(const Tensor& token_KBT) const {
    const Tensor x = token_KBT.to(theta_KP_.scalar_type()).contiguous();
    if (direct_ && direct_->fits(x.size(1))) {
      return direct_->forward(theta_KP_, x, false, /*keep=*/false).logits_KBC;
    }
    return model_.network->forward(parameters_, x, {}).logits_KBC;
  }

 private:
  const Model& model_;
  Tensor theta_KP_;
  ParameterView parameters_;
  std::unique_ptr<DirectPass> direct_;
};

std::vector<Forward> forwards(const std::vector<const Model*>& models) {
  std::vector<Forward> all;
  for (const Model* model : models) all.emplace_back(*model);
  return all;
}

// What is said of tokens [K, B, ..., T] by the models' logits [K, B, ..., T, V]: [K, B, ..., T-1].
using Say = std::function<Tensor(const std::vector<Tensor>& logits_TV, const Tensor& token_T,
                                 const Tensor& mask_T)>;

Tensor said_of_items(const char* what, const std::vector<const Model*>& models, const Dataset& data,
                     const Tensor& mask_KNT, Run* run, const Say& say) {
  check(what, models, data, mask_KNT);
  const at::NoGradGuard no_record;  // not inference mode: answers enter losses later
  const std::vector<Forward> forward = forwards(models);
  const Network& network = *models[0]->network;
  const std::vector<std::int64_t> item = data.item_shape();
  const std::int64_t items = data.largest_count();
  const std::int64_t of_an_item = product(item) * network.classes() * data.rows();
  const std::int64_t chunk =
      std::max<std::int64_t>(logits_at_once / std::max<std::int64_t>(of_an_item, 1), 1);
  std::vector<std::int64_t> shape = item;
  shape.insert(shape.begin(), {data.rows(), items});
  shape.back() -= 1;
  Tensor said_KNT = at::zeros(shape, models[0]->theta_KP.options().requires_grad(false));
  for (std::int64_t from = 0; from < items; from += chunk) {
    const std::int64_t to = std::min(from + chunk, items);
    Tensor token_KBT = data.slice(from, to), mask_KBT;
    if (mask_KNT.defined()) {
      mask_KBT = mask_KNT.slice(1, from, to);
      const std::int64_t positions = counted_positions(mask_KBT);
      mask_KBT = mask_KBT.slice(-1, 0, positions);
      token_KBT = token_KBT.slice(-1, 0, positions);
    }
    checked_tokens(token_KBT, network.classes(), std::string(what) + ": items", from);
    std::vector<Tensor> logits;
    for (const Forward& one : forward) logits.push_back(one.logits(token_KBT));
    said_KNT.slice(1, from, to)
        .slice(-1, 0, token_KBT.size(-1) - 1)
        .copy_(say(logits, token_KBT, mask_KBT));
  }
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    const std::int64_t count = data.count(row);
    said_KNT.select(0, row).slice(0, count).fill_(0);
    for (std::size_t i = 0; run != nullptr && i < models.size(); ++i) {
      run->costs(row).forward_samples += count;
      run->costs(row).flops += models[i]->network->forward_flops() * static_cast<double>(count);
    }
  }
  return said_KNT;
}

}  // namespace

Tensor predict_log_probabilities(const Model& model, const Dataset& data, const Tensor& mask_KNT,
                                 Run* run) {
  return said_of_items("predict_log_probabilities", {&model}, data, mask_KNT, run,
                       [](const auto& logits, const Tensor& token, const Tensor& mask) {
                         return token_log_probabilities(logits[0], token, mask);
                       });
}

Tensor predict_entropies(const Model& model, const Dataset& data, const Tensor& mask_KNT,
                         Run* run) {
  return said_of_items("predict_entropies", {&model}, data, mask_KNT, run,
                       [](const auto& logits, const Tensor&, const Tensor& mask) {
                         return token_entropies(logits[0], mask);
                       });
}

Tensor predict_divergences(const Model& model, const Model& from, const Dataset& data,
                           const Tensor& mask_KNT, Run* run) {
  return said_of_items("predict_divergences", {&model, &from}, data, mask_KNT, run,
                       [](const auto& logits, const Tensor&, const Tensor& mask) {
                         return token_divergences(logits[0], logits[1], mask);
                       });
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
