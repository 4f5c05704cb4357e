#include "sdk/internal/optimizer.h"

#include "sdk/internal/optimizer_kernels.h"

#include <ATen/ATen.h>
#include <cmath>

namespace assay {
namespace {

// One value per row as a column of theta's kind, [A, 1].
Tensor column(const std::vector<double>& values, const Tensor& like) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble)
      .unsqueeze(1)
      .to(like.device(), like.scalar_type(), /*non_blocking=*/true);
}

}  // namespace

Optimizer::Optimizer(const Recipe& recipe, const Tensor& theta_AP, bool fused)
    : adamw_(recipe.optimizer == "adamw"),
      fused_(fused && theta_AP.is_cpu() && theta_AP.scalar_type() == at::kFloat),
      weight_decay_(recipe.weight_decay),
      beta1_(recipe.beta1),
      beta2_(recipe.beta2),
      epsilon_(recipe.epsilon),
      momentum_(recipe.momentum),
      count_A_(static_cast<std::size_t>(theta_AP.size(0)), 0) {
  const auto zeros = [&] { return at::zeros_like(theta_AP, at::MemoryFormat::Contiguous); };
  if (adamw_ || momentum_ != 0) first_AP_ = zeros();
  if (adamw_) second_AP_ = zeros();
}

void Optimizer::step(Tensor& theta_AP, const Tensor& gradient_AP,
                     const std::vector<double>& lr_A) {
  for (std::int64_t& count : count_A_) ++count;
  if (adamw_) {
    fused_ ? adamw_fused(theta_AP, gradient_AP, lr_A) : adamw_plain(theta_AP, gradient_AP, lr_A);
  } else {
    fused_ ? sgd_fused(theta_AP, gradient_AP, lr_A) : sgd_plain(theta_AP, gradient_AP, lr_A);
  }
}

void Optimizer::keep_rows(const std::vector<std::int64_t>& kept) {
  std::vector<std::int64_t> counts;
  for (const std::int64_t row : kept) counts.push_back(count_A_[static_cast<std::size_t>(row)]);
  count_A_ = std::move(counts);
  for (Tensor* moment : {&first_AP_, &second_AP_}) {
    if (!moment->defined()) continue;
    const Tensor index = at::tensor(at::ArrayRef<std::int64_t>(kept), at::kLong);
    *moment = moment->index_select(0, index.to(moment->device()));
  }
}

// Loshchilov and Hutter 2019 (arXiv:1711.05101), as torch.optim.AdamW writes it:
//   theta *= 1 - lr wd;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
//   theta -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)
void Optimizer::adamw_fused(Tensor& theta_AP, const Tensor& gradient_AP,
                            const std::vector<double>& lr_A) {
  const std::int64_t size = theta_AP.size(1);
  float* theta = theta_AP.mutable_data_ptr<float>();
  float* first = first_AP_.mutable_data_ptr<float>();
  float* second = second_AP_.mutable_data_ptr<float>();
  const float* gradient = gradient_AP.const_data_ptr<float>();
  for (std::size_t row = 0; row < count_A_.size(); ++row) {
    const auto t = static_cast<double>(count_A_[row]);
    const AdamwStep step = {
        .keep = static_cast<float>(1 - lr_A[row] * weight_decay_),
        .beta1 = static_cast<float>(beta1_),
        .beta2 = static_cast<float>(beta2_),
        .rate = static_cast<float>(lr_A[row] / (1 - std::pow(beta1_, t))),
        .root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2_, t))),
        .epsilon = static_cast<float>(epsilon_)};
    const auto offset = static_cast<std::int64_t>(row) * size;
    adamw_pass(theta + offset, first + offset, second + offset, gradient + offset, size, step);
  }
}

void Optimizer::adamw_plain(Tensor& theta_AP, const Tensor& gradient_AP,
                            const std::vector<double>& lr_A) {
  std::vector<double> keep, rate, root_scale;
  for (std::size_t row = 0; row < count_A_.size(); ++row) {
    const auto t = static_cast<double>(count_A_[row]);
    keep.push_back(1 - lr_A[row] * weight_decay_);
    rate.push_back(lr_A[row] / (1 - std::pow(beta1_, t)));
    root_scale.push_back(1 / std::sqrt(1 - std::pow(beta2_, t)));
  }
  first_AP_.mul_(beta1_).add_(gradient_AP, 1 - beta1_);
  second_AP_.mul_(beta2_).addcmul_(gradient_AP, gradient_AP, 1 - beta2_);
  const Tensor root_AP = second_AP_.sqrt().mul_(column(root_scale, theta_AP)).add_(epsilon_);
  theta_AP.mul_(column(keep, theta_AP)).sub_(first_AP_.div(root_AP).mul_(column(rate, theta_AP)));
}

// velocity = momentum velocity + g;  theta = (1 - lr wd) theta - lr velocity
void Optimizer::sgd_fused(Tensor& theta_AP, const Tensor& gradient_AP,
                          const std::vector<double>& lr_A) {
  const std::int64_t size = theta_AP.size(1);
  float* theta = theta_AP.mutable_data_ptr<float>();
  float* velocity = first_AP_.defined() ? first_AP_.mutable_data_ptr<float>() : nullptr;
  const float* gradient = gradient_AP.const_data_ptr<float>();
  for (std::size_t row = 0; row < count_A_.size(); ++row) {
    const auto offset = static_cast<std::int64_t>(row) * size;
    sgd_pass(theta + offset, velocity == nullptr ? nullptr : velocity + offset, gradient + offset,
             size, static_cast<float>(lr_A[row]), static_cast<float>(1 - lr_A[row] * weight_decay_),
             static_cast<float>(momentum_));
  }
}

void Optimizer::sgd_plain(Tensor& theta_AP, const Tensor& gradient_AP,
                          const std::vector<double>& lr_A) {
  std::vector<double> keep;
  for (const double lr : lr_A) keep.push_back(1 - lr * weight_decay_);
  Tensor direction_AP = gradient_AP;
  if (first_AP_.defined()) direction_AP = first_AP_.mul_(momentum_).add_(gradient_AP);
  theta_AP.mul_(column(keep, theta_AP)).sub_(direction_AP * column(lr_A, theta_AP));
}

}  // namespace assay
