#include "sdk/internal/direct_pass.h"
#include "sdk/internal/kernels/activations.h"
#include "sdk/internal/kernels/index_steps.h"
#include "sdk/internal/kernels/product.h"
#include "sdk/internal/networks.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace assay {
namespace {

template <class Real>
class MlpPass final : public DirectPass {
 public:
  explicit MlpPass(const std::vector<std::int64_t>& widths);

  bool fits(std::int64_t batch) const override;
  Outputs forward(const Tensor& theta_AP, const Tensor& x, bool want_features, bool keep) override;
  void backward(const Tensor& theta_AP, const Tensor& x, const Tensor& dlogits_ABC,
                const Tensor& dfeatures_ABD, Tensor& gradient_AP) override;

 private:
  struct Layer {
    std::int64_t in, out, weight, bias;  // weight and bias: first columns in theta
    IndexSteps in_steps, out_steps;      // rows of matrices that are `in` and `out` wide
  };

  void forward_row(const Real* theta, const Real* x, std::int64_t batch, Real* hidden, Real* logits);
  void backward_row(const Real* theta, const Real* x, std::int64_t batch, const Real* hidden,
                    const Real* dlogits, const Real* dfeatures, Real* gradient);
  Real* input_gradient(Layer& layer, const Real* theta, const Real* dy, std::int64_t batch);

  std::vector<Layer> layers_;
  std::int64_t hidden_width_ = 0;  // of all hidden layers together
  std::int64_t widest_ = 0;
  IndexSteps ones_;
  std::vector<Real> hidden_;       // [A][layer][B, width]
  std::vector<Real> dy_[2], dy_transposed_, dx_transposed_;
};


template <class Real>
MlpPass<Real>::MlpPass(const std::vector<std::int64_t>& widths) {
  std::int64_t offset = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const std::int64_t in = widths[i], out = widths[i + 1];
    layers_.push_back({in, out, offset, offset + in * out, IndexSteps(in), IndexSteps(out)});
    offset += in * out + out;
    if (i + 2 < widths.size()) hidden_width_ += out;
  }
  widest_ = *std::max_element(widths.begin(), widths.end());
}

template <class Real>
bool MlpPass<Real>::fits(std::int64_t batch) const {
  const std::int64_t largest = std::max(batch, widest_) * widest_;
  return largest <= std::numeric_limits<std::int32_t>::max();
}

template <class Real>
Outputs MlpPass<Real>::forward(const Tensor& theta_AP, const Tensor& x, bool want_features, bool keep) {
  const std::int64_t rows = theta_AP.size(0), batch = x.size(1);
  Outputs outputs;
  outputs.logits_KBC = at::empty({rows, batch, layers_.back().out}, theta_AP.options());
  const std::int64_t features = layers_.back().in;
  if (want_features) outputs.features_KBD = at::empty({rows, batch, features}, theta_AP.options());
  const std::int64_t stride = keep ? batch * hidden_width_ : 0;
  hidden_.resize(static_cast<std::size_t>(keep ? rows * stride : batch * hidden_width_));
  for (std::int64_t row = 0; row < rows; ++row) {
    const Real* input = x.const_data_ptr<Real>() + (x.size(0) == 1 ? 0 : row * batch * layers_[0].in);
    Real* hidden = hidden_.data() + row * stride;
    forward_row(theta_AP.const_data_ptr<Real>() + row * theta_AP.size(1), input, batch, hidden,
                outputs.logits_KBC.mutable_data_ptr<Real>() + row * batch * layers_.back().out);
    if (want_features) {
      const Real* last = layers_.size() == 1 ? input : hidden + batch * (hidden_width_ - features);
      std::copy_n(last, batch * features,
                  outputs.features_KBD.mutable_data_ptr<Real>() + row * batch * features);
    }
  }
  return outputs;
}

template <class Real>
void MlpPass<Real>::forward_row(const Real* theta, const Real* x, std::int64_t batch, Real* hidden,
                          Real* logits) {
  for (Layer& layer : layers_) {
    const bool head = &layer == &layers_.back();
    Real* y = head ? logits : hidden;
    product(Product<Real>{.m = batch, .n = layer.out, .k = layer.in,
             .a = x, .a_row = layer.in_steps.first(batch), .a_column = ones_.first(layer.in),
             .b = theta + layer.weight, .b_row = layer.out,
             .c = y, .c_row = layer.out, .bias = theta + layer.bias, .relu = !head});
    x = y;
    hidden += batch * layer.out;
  }
}

template <class Real>
void MlpPass<Real>::backward(const Tensor& theta_AP, const Tensor& x, const Tensor& dlogits_ABC,
                       const Tensor& dfeatures_ABD, Tensor& gradient_AP) {
  const std::int64_t rows = theta_AP.size(0), batch = x.size(1);
  const auto largest = static_cast<std::size_t>(batch * widest_);
  for (auto* buffer : {&dy_[0], &dy_[1], &dy_transposed_, &dx_transposed_}) buffer->resize(largest);
  const std::vector<Real> zeros(
      dlogits_ABC.defined() ? 0 : static_cast<std::size_t>(batch * layers_.back().out));
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto of_row = [row, batch](const Tensor& tensor, std::int64_t width) {
      return tensor.defined() ? tensor.const_data_ptr<Real>() + row * batch * width : nullptr;
    };
    const Real* dlogits = dlogits_ABC.defined() ? of_row(dlogits_ABC, layers_.back().out) : zeros.data();
    backward_row(theta_AP.const_data_ptr<Real>() + row * theta_AP.size(1),
                 x.size(0) == 1 ? x.const_data_ptr<Real>() : of_row(x, layers_[0].in), batch,
                 hidden_.data() + row * batch * hidden_width_, dlogits,
                 of_row(dfeatures_ABD, layers_.back().in),
                 gradient_AP.mutable_data_ptr<Real>() + row * gradient_AP.size(1));
  }
}

template <class Real>
void MlpPass<Real>::backward_row(const Real* theta, const Real* x, std::int64_t batch, const Real* hidden,
                           const Real* dlogits, const Real* dfeatures, Real* gradient) {
  const Real* dy = dlogits;
  const Real* input = hidden + batch * hidden_width_;  // the end of what the next layer down reads
  for (std::size_t i = layers_.size(); i-- > 0;) {
    Layer& layer = layers_[i];
    input = i == 0 ? x : input - batch * layer.in;
    product(Product<Real>{.m = layer.in, .n = layer.out, .k = batch,
             .a = input, .a_row = ones_.first(layer.in), .a_column = layer.in_steps.first(batch),
             .b = dy, .b_row = layer.out,
             .c = gradient + layer.weight, .c_row = layer.out});
    sum_rows(dy, batch, layer.out, gradient + layer.bias);
    if (i == 0) return;
    Real* dx = input_gradient(layer, theta, dy, batch);
    if (dfeatures != nullptr) {
      std::transform(dx, dx + batch * layer.in, dfeatures, dx, std::plus<Real>());
    }
    dfeatures = nullptr;  // they belong to the input of the last layer alone
    relu_backward(input, dx, batch * layer.in);
    dy = dx;
  }
}

// As (W dy')': W has its rows where the product wants them, and the activations are the smaller matrices
// to transpose.
template <class Real>
Real* MlpPass<Real>::input_gradient(Layer& layer, const Real* theta, const Real* dy, std::int64_t batch) {
  transpose(dy, batch, layer.out, dy_transposed_.data());
  product(Product<Real>{.m = layer.in, .n = batch, .k = layer.out,
           .a = theta + layer.weight, .a_row = layer.out_steps.first(layer.in),
           .a_column = ones_.first(layer.out),
           .b = dy_transposed_.data(), .b_row = batch,
           .c = dx_transposed_.data(), .c_row = batch});
  Real* dx = dy == dy_[0].data() ? dy_[1].data() : dy_[0].data();
  transpose(dx_transposed_.data(), layer.in, batch, dx);
  return dx;
}

}  // namespace

std::unique_ptr<DirectPass> make_mlp_pass(const std::vector<std::int64_t>& widths, const Tensor& theta) {
  if (theta.scalar_type() == at::kFloat) return std::make_unique<MlpPass<float>>(widths);
  if (theta.scalar_type() == at::kDouble) return std::make_unique<MlpPass<double>>(widths);
  return nullptr;
}

}  // namespace assay
