#include "sdk/internal/direct_pass.h"
#include "sdk/internal/linear_layer.h"
#include "sdk/internal/networks.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace assay {
namespace {

template <class Real>
class MlpPass final : public DirectPass {
 public:
  MlpPass(const std::vector<std::int64_t>& widths, const std::vector<std::int64_t>& input);

  bool fits(std::int64_t batch) const override;
  Outputs forward(const Tensor& theta_AP, const Tensor& x, bool want_features, bool keep) override;
  void backward(const Tensor& theta_AP, const Tensor& x, const Tensor& dlogits_ABC,
                const Tensor& dfeatures_ABD, Tensor& gradient_AP) override;
  bool features_are_inputs() const override { return layers_.size() == 1; }
  bool has_each() const override { return true; }
  void backward_each(Each each, const Tensor& theta_AP, const Tensor& x, const Tensor& dlogits_ABC,
                     Tensor& sum_AP) override {
    each_ = each;
    backward(theta_AP, x, dlogits_ABC, {}, sum_AP);
    each_ = Each::itself;
  }

 private:
  void forward_row(const Real* theta, const Real* x, std::int64_t batch, Real* hidden,
                   Real* logits);
  void backward_row(const Real* theta, const Real* x, std::int64_t batch, const Real* hidden,
                    const Real* dlogits, const Real* dfeatures, Real* gradient);

  std::vector<std::int64_t> input_;
  std::vector<LinearLayer<Real>> layers_;
  std::int64_t hidden_width_ = 0;  // of all hidden layers together
  std::int64_t widest_ = 0;
  std::vector<Real> hidden_;  // [A][layer][B, width]
  std::vector<Real> dy_;      // of one row's layer
  Each each_ = Each::itself;  // of the samples' gradients, which backward() sums
  std::vector<Real> made_[2];
};

// A weight's gradient is a product of two numbers in every sample: so is its size, or its square.
template <class Real>
const Real* made(DirectPass::Each each, const Real* values, std::int64_t size,
                 std::vector<Real>& to) {
  to.resize(static_cast<std::size_t>(size));
  if (each == DirectPass::Each::squared) {
    std::transform(values, values + size, to.begin(), [](Real value) { return value * value; });
  } else {
    std::transform(values, values + size, to.begin(), [](Real value) { return std::abs(value); });
  }
  return to.data();
}

template <class Real>
MlpPass<Real>::MlpPass(const std::vector<std::int64_t>& widths,
                       const std::vector<std::int64_t>& input)
    : input_(input) {
  std::int64_t offset = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    layers_.emplace_back(widths[i], widths[i + 1], offset);
    offset = layers_.back().end();
    if (i + 2 < widths.size()) hidden_width_ += widths[i + 1];
  }
  widest_ = *std::max_element(widths.begin(), widths.end());
}

template <class Real>
bool MlpPass<Real>::fits(std::int64_t batch) const {
  std::int64_t largest = 0;
  for (const auto& layer : layers_) {
    largest = std::max(largest, std::max(batch, layer.out()) * layer.in());
  }
  return largest <= std::numeric_limits<std::int32_t>::max();
}

template <class Real>
Outputs MlpPass<Real>::forward(const Tensor& theta_AP, const Tensor& x, bool want_features,
                               bool keep) {
  const std::int64_t batch = check_pass(theta_AP, layers_.back().end(), x, input_, "mlp");
  const std::int64_t rows = theta_AP.size(0);
  const std::int64_t features = layers_.back().in(), classes = layers_.back().out();
  Outputs outputs;
  outputs.logits_KBC = at::empty({rows, batch, classes}, theta_AP.options());
  if (want_features) outputs.features_KBD = at::empty({rows, batch, features}, theta_AP.options());
  const std::int64_t hidden_size = batch * hidden_width_;
  hidden_.resize(static_cast<std::size_t>(keep ? rows * hidden_size : hidden_size));
  for (std::int64_t row = 0; row < rows; ++row) {
    const Real* input =
        x.const_data_ptr<Real>() + (x.size(0) == 1 ? 0 : row * batch * layers_[0].in());
    Real* hidden = hidden_.data() + (keep ? row * hidden_size : 0);
    forward_row(theta_AP.const_data_ptr<Real>() + row * theta_AP.stride(0), input, batch, hidden,
                outputs.logits_KBC.mutable_data_ptr<Real>() + row * batch * classes);
    if (want_features) {
      const Real* last = layers_.size() == 1 ? input : hidden + hidden_size - batch * features;
      std::copy_n(last, batch * features,
                  outputs.features_KBD.mutable_data_ptr<Real>() + row * batch * features);
    }
  }
  return outputs;
}

template <class Real>
void MlpPass<Real>::forward_row(const Real* theta, const Real* x, std::int64_t batch, Real* hidden,
                                Real* logits) {
  for (auto& layer : layers_) {
    const bool head = &layer == &layers_.back();
    Real* y = head ? logits : hidden;
    layer.forward(theta, x, batch, y, !head);
    x = y;
    if (!head) hidden += batch * layer.out();
  }
}

template <class Real>
void MlpPass<Real>::backward(const Tensor& theta_AP, const Tensor& x, const Tensor& dlogits_ABC,
                             const Tensor& dfeatures_ABD, Tensor& gradient_AP) {
  const std::int64_t rows = theta_AP.size(0), batch = x.size(1), classes = layers_.back().out();
  dy_.resize(static_cast<std::size_t>(batch * widest_));
  const std::vector<Real> zeros(dlogits_ABC.defined() ? 0
                                                      : static_cast<std::size_t>(batch * classes));
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto of_row = [row, batch](const Tensor& tensor, std::int64_t width) {
      return tensor.defined() ? tensor.const_data_ptr<Real>() + row * batch * width : nullptr;
    };
    backward_row(theta_AP.const_data_ptr<Real>() + row * theta_AP.stride(0),
                 x.size(0) == 1 ? x.const_data_ptr<Real>() : of_row(x, layers_[0].in()), batch,
                 hidden_.data() + row * batch * hidden_width_,
                 dlogits_ABC.defined() ? of_row(dlogits_ABC, classes) : zeros.data(),
                 of_row(dfeatures_ABD, layers_.back().in()),
                 gradient_AP.mutable_data_ptr<Real>() + row * gradient_AP.size(1));
  }
}

template <class Real>
void MlpPass<Real>::backward_row(const Real* theta, const Real* x, std::int64_t batch,
                                 const Real* hidden, const Real* dlogits, const Real* dfeatures,
                                 Real* gradient) {
  const Real* dy = dlogits;
  const Real* input = hidden + batch * hidden_width_;  // each layer's lies before that of the next
  for (std::size_t i = layers_.size(); i-- > 0;) {
    LinearLayer<Real>& layer = layers_[i];
    input = i == 0 ? x : input - batch * layer.in();
    if (each_ == Each::itself) {
      layer.weight_gradient(input, dy, batch, gradient);
    } else {
      layer.weight_gradient(made(each_, input, batch * layer.in(), made_[0]),
                            made(each_, dy, batch * layer.out(), made_[1]), batch, gradient);
    }
    if (i == 0) return;
    const std::int64_t size = batch * layer.in();
    layer.input_gradient(theta, dy, batch, dy_.data());
    if (dfeatures != nullptr) {  // the input of the last layer
      std::transform(dfeatures, dfeatures + size, dy_.data(), dy_.data(), std::plus<Real>());
      dfeatures = nullptr;
    }
    relu_backward(input, dy_.data(), size);
    dy = dy_.data();
  }
}

}  // namespace

std::unique_ptr<DirectPass> make_mlp_pass(const std::vector<std::int64_t>& widths,
                                          const std::vector<std::int64_t>& input,
                                          const Tensor& theta) {
  if (theta.scalar_type() == at::kFloat) return std::make_unique<MlpPass<float>>(widths, input);
  if (theta.scalar_type() == at::kDouble) return std::make_unique<MlpPass<double>>(widths, input);
  return nullptr;
}

}  // namespace assay
