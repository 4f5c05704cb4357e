#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/least_squares.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace assay {
namespace {

constexpr std::int64_t samples_at_once = 4096;  // over all rows

// 1 for a row's items, 0 for padding, float64 [K, N, 1].
Tensor mask_of(const Dataset& data, at::Device device) {
  std::vector<std::int64_t> counts;
  for (std::int64_t row = 0; row < data.rows(); ++row) counts.push_back(data.count(row));
  const Tensor count_K1 = at::tensor(at::ArrayRef<std::int64_t>(counts), at::kLong).unsqueeze(1);
  return at::arange(data.largest_count(), at::kLong)
      .lt(count_K1)
      .unsqueeze(2)
      .to(device, at::kDouble);
}

}  // namespace

Tensor predict_features(const Model& model, const Dataset& data, Run* run) {
  if (data.rows() != model.rows()) {
    throw Error("predict_features: the model has " + std::to_string(model.rows()) +
                " rows, the data set " + std::to_string(data.rows()));
  }
  const at::NoGradGuard no_record;
  const ParameterView parameters(model.network->layout(), model.theta_KP.detach().contiguous());
  const std::int64_t items = data.largest_count();
  const std::int64_t chunk =
      std::max<std::int64_t>(samples_at_once / std::max<std::int64_t>(model.rows(), 1), 1);
  Mode mode;
  mode.want_features = true;
  std::vector<Tensor> parts;
  for (std::int64_t from = 0; from < items; from += chunk) {
    const Tensor x =
        data.slice(from, std::min(from + chunk, items)).to(model.theta_KP.scalar_type());
    parts.push_back(model.network->forward(parameters, x, mode).features_KBD);
  }
  if (parts.empty()) throw Error("predict_features: the data set has no items");
  for (std::int64_t row = 0; run != nullptr && row < data.rows(); ++row) {
    run->costs(row).forward_samples += data.count(row);
    run->costs(row).flops += model.network->forward_flops() * static_cast<double>(data.count(row));
  }
  const Tensor features_KND = at::cat(parts, 1);
  return features_KND.masked_fill(mask_of(data, features_KND.device()).eq(0), 0);
}

Model least_squares_head(const Model& model, const Dataset& data, const Tensor& target_KNC,
                         const LeastSquares& how, Run* run) {
  Tensor design_KND = predict_features(model, data, run).to(at::kDouble);
  const std::int64_t features = design_KND.size(2), outputs = model.network->classes();
  if (target_KNC.dim() != 3 || target_KNC.size(0) != design_KND.size(0) ||
      target_KNC.size(1) != design_KND.size(1) || target_KNC.size(2) != outputs) {
    throw Error("least_squares_head: expected targets [" + std::to_string(design_KND.size(0)) +
                ", " + std::to_string(design_KND.size(1)) + ", " + std::to_string(outputs) +
                "], got " + shape_text(target_KNC));
  }
  const Tensor mask_KN1 = mask_of(data, design_KND.device());
  const Tensor count_K11 = mask_KN1.sum(1, true).clamp_min(1);
  if (how.intercept) design_KND = at::cat({design_KND, mask_KN1}, 2);

  Tensor gram_KDD = design_KND.transpose(1, 2).matmul(design_KND) / count_K11;
  if (how.ridge_K1.defined()) {
    Tensor shrunk_D = at::ones({design_KND.size(2)}, design_KND.options());
    if (how.intercept) shrunk_D[features] = 0;
    const Tensor ridge_K1 = how.ridge_K1.to(design_KND.device(), at::kDouble);
    gram_KDD = gram_KDD + at::diag_embed(ridge_K1 * shrunk_D);
  }
  const Tensor moment_KDC =
      design_KND.transpose(1, 2).matmul(target_KNC.to(at::kDouble) * mask_KN1) / count_K11;
  const Tensor solution_KDC =
      at::linalg_pinv(gram_KDD, /*rcond=*/1e-14, /*hermitian=*/true).matmul(moment_KDC);

  Model answer{model.network, model.theta_KP.detach().clone()};
  const auto type = answer.theta_KP.scalar_type();
  set_slice(answer, "head.weight", solution_KDC.narrow(1, 0, features).to(type));
  if (how.intercept) {
    set_slice(answer, "head.bias", solution_KDC.select(1, features).to(type));
  } else {
    set_slice(answer, "head.bias", 0.0);
  }
  for (std::int64_t row = 0; run != nullptr && row < data.rows(); ++row) {
    const auto width = static_cast<double>(design_KND.size(2));
    run->costs(row).flops +=
        2 * width * (width + static_cast<double>(outputs)) * static_cast<double>(data.count(row));
  }
  return answer;
}

}  // namespace assay
