#include "sdk/internal/checked_tokens.h"
#include "sdk/internal/networks.h"
#include "sdk/internal/transformer_row.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace assay {
namespace {

// So many tokens go through all layers together: their activations stay in the second cache.
constexpr std::int64_t tokens_at_once = 256;

template <class Real>
class TransformerPass final : public DirectPass {
 public:
  TransformerPass(const TransformerShape& shape, const Layout& layout)
      : shape_(shape), parameters_(layout.size()), row_(shape, layout) {}

  bool fits(std::int64_t) const override { return reach(shape_.input.back()); }

  Outputs forward(const Tensor& theta_AP, const Tensor& x, bool want_features, bool keep) override;
  void backward(const Tensor& theta_AP, const Tensor& x, const Tensor& dlogits_ABC,
                const Tensor& dfeatures_ABD, Tensor& gradient_AP) override;

 private:
  // Whether the kernels' indices do over sequences of that length.
  bool reach(std::int64_t time) const {
    const std::int64_t tokens = std::max(tokens_at_once, time) + 32;
    const std::int64_t widest =
        std::max({shape_.width + 2 * shape_.key_width(), 2 * shape_.hidden, shape_.vocabulary});
    return widest <= std::numeric_limits<std::int32_t>::max() / std::max(tokens, shape_.width);
  }
  void read_tokens(const Tensor& x);
  // The tokens of a row of the cohort, from sequence `first` on.
  const std::int32_t* tokens(const Tensor& x, std::int64_t row, std::int64_t first) const {
    return tokens_.data() + ((x.size(0) == 1 ? 0 : row * sequences_) + first) * x.size(-1);
  }

  TransformerShape shape_;
  std::int64_t parameters_;
  TransformerRow<Real> row_;
  std::int64_t sequences_ = 0, together_ = 0;  // of a row; of them at a time
  std::vector<std::int32_t> tokens_;
  std::vector<Real> kept_;  // [A][sequences / together]
};

template <class Real>
void TransformerPass<Real>::read_tokens(const Tensor& x) {
  tokens_.resize(static_cast<std::size_t>(x.numel()));
  const Real* from = x.const_data_ptr<Real>();
  const auto vocabulary = static_cast<Real>(shape_.vocabulary);
  bool all = true;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const bool token = from[i] >= 0 && from[i] < vocabulary;  // false for what is not a number
    tokens_[i] = token ? static_cast<std::int32_t>(from[i]) : -1;
    all = all && static_cast<Real>(tokens_[i]) == from[i];
  }
  if (!all) checked_tokens(x, shape_.vocabulary, "transformer: inputs");  // says where
}

template <class Real>
Outputs TransformerPass<Real>::forward(const Tensor& theta_AP, const Tensor& x, bool want_features,
                                       bool keep) {
  check_parameters(theta_AP, parameters_, x, "transformer");
  const std::int64_t rows = theta_AP.size(0), time = x.dim() > 0 ? x.size(-1) : 0;
  sequences_ = check_sequences(shape_, x, rows);
  if (!reach(time)) {
    throw Error("transformer: sequences of " + std::to_string(time) +
                " tokens are beyond what the kernels' indices reach; make the network for inputs "
                "of that length, and autograd takes their place");
  }
  read_tokens(x);
  together_ =
      std::clamp<std::int64_t>(tokens_at_once / time, 1, std::max<std::int64_t>(sequences_, 1));
  row_.prepare(time, together_);
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape[0] = rows;
  shape.push_back(shape_.vocabulary);
  Outputs outputs;
  outputs.logits_KBC = at::empty(shape, theta_AP.options());
  shape.back() = shape_.width;
  if (want_features) outputs.features_KBD = at::empty(shape, theta_AP.options());
  const std::int64_t parts = (sequences_ + together_ - 1) / together_;
  kept_.resize(static_cast<std::size_t>((keep ? rows * parts : 1) * row_.kept()));
  Real* kept = kept_.data();
  for (std::int64_t row = 0; row < rows; ++row) {
    const Real* theta = theta_AP.const_data_ptr<Real>() + row * theta_AP.stride(0);
    row_.begin(theta);
    for (std::int64_t first = 0; first < sequences_; first += together_) {
      const std::int64_t token = (row * sequences_ + first) * time;
      row_.forward(theta, tokens(x, row, first), std::min(together_, sequences_ - first), kept,
                   outputs.logits_KBC.mutable_data_ptr<Real>() + token * shape_.vocabulary,
                   want_features
                       ? outputs.features_KBD.mutable_data_ptr<Real>() + token * shape_.width
                       : nullptr);
      if (keep) kept += row_.kept();
    }
  }
  return outputs;
}

template <class Real>
void TransformerPass<Real>::backward(const Tensor& theta_AP, const Tensor& x,
                                     const Tensor& dlogits_ABC, const Tensor& dfeatures_ABD,
                                     Tensor& gradient_AP) {
  const Real* kept = kept_.data();
  for (std::int64_t row = 0; row < theta_AP.size(0); ++row) {
    const Real* theta = theta_AP.const_data_ptr<Real>() + row * theta_AP.stride(0);
    Real* gradient = gradient_AP.mutable_data_ptr<Real>() + row * gradient_AP.size(1);
    row_.begin(theta);
    row_.begin_gradient(gradient);
    for (std::int64_t first = 0; first < sequences_; first += together_, kept += row_.kept()) {
      const auto here = [&](const Tensor& tensor) {
        return tensor.defined() ? tensor.const_data_ptr<Real>() +
                                      (row * sequences_ + first) * x.size(-1) * tensor.size(-1)
                                : nullptr;
      };
      row_.backward(theta, tokens(x, row, first), std::min(together_, sequences_ - first), kept,
                    here(dlogits_ABC), here(dfeatures_ABD), gradient);
    }
    row_.end_gradient(gradient);
  }
}

}  // namespace

std::unique_ptr<DirectPass> make_transformer_pass(const TransformerShape& shape,
                                                  const Layout& layout, const Tensor& theta) {
  if (theta.scalar_type() == at::kFloat)
    return std::make_unique<TransformerPass<float>>(shape, layout);
  if (theta.scalar_type() == at::kDouble)
    return std::make_unique<TransformerPass<double>>(shape, layout);
  return nullptr;
}

}  // namespace assay
