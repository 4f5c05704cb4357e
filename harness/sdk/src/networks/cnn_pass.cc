#include "sdk/internal/conv_layer.h"
#include "sdk/internal/direct_pass.h"
#include "sdk/internal/kernels/pooling.h"
#include "sdk/internal/linear_layer.h"
#include "sdk/internal/networks.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

namespace assay {
namespace {

template <class Real>
class CnnPass final : public DirectPass {
 public:
  explicit CnnPass(const CnnShape& shape);

  bool fits(std::int64_t batch) const override;
  Outputs forward(const Tensor& theta_AP, const Tensor& x, bool want_features, bool keep) override;
  void backward(const Tensor& theta_AP, const Tensor& x, const Tensor& dlogits_ABC,
                const Tensor& dfeatures_ABD, Tensor& gradient_AP) override;

 private:
  // What backward needs of a row.
  struct Row {
    std::vector<Real> framed_x, framed_h, features;  // the layers' inputs
    std::vector<std::int32_t> place0, place1;        // of the poolings' answers
  };

  Images before_pool0(std::int64_t batch) const {
    return {batch, shape_.height, shape_.width, shape_.filters};
  }
  Images before_pool1(std::int64_t batch) const {
    return {batch, shape_.height / 2, shape_.width / 2, 2 * shape_.filters};
  }
  // Pixels of the features, after both poolings.
  std::int64_t last_pixels() const { return (shape_.height / 4) * (shape_.width / 4); }
  std::int64_t x_size() const { return shape_.channels * shape_.height * shape_.width; }

  void frame(const Real* x, std::int64_t batch, std::vector<Real>& framed) const;
  void forward_row(const Real* theta, const Real* x, std::int64_t batch, Row& row, Real* logits);
  void backward_row(const Real* theta, std::int64_t batch, const Row& row, const Real* dlogits,
                    const Real* dfeatures, Real* gradient);

  CnnShape shape_;
  ConvLayer<Real> conv0_, conv1_;
  LinearLayer<Real> head_;
  std::vector<Row> rows_;
  std::vector<Real> wide_, pooled_, framed_;  // of one row
};

template <class Real>
CnnPass<Real>::CnnPass(const CnnShape& shape)
    : shape_(shape),
      conv0_(shape.channels, shape.filters, shape.height, shape.width, 0),
      conv1_(shape.filters, 2 * shape.filters, shape.height / 2, shape.width / 2, conv0_.end()),
      head_(2 * shape.filters * last_pixels(), shape.classes, conv1_.end()) {}

template <class Real>
bool CnnPass<Real>::fits(std::int64_t batch) const {
  const std::int64_t largest = std::max(
      {conv0_.largest(batch), conv1_.largest(batch), std::max(batch, head_.out()) * head_.in()});
  return largest <= std::numeric_limits<std::int32_t>::max();
}

// [B, channels, height, width] to channels last, with a frame of zeros.
template <class Real>
void CnnPass<Real>::frame(const Real* x, std::int64_t batch, std::vector<Real>& framed) const {
  const std::int64_t row = (shape_.width + 2) * shape_.channels;
  framed.assign(static_cast<std::size_t>(conv0_.framed_pixels(batch) * shape_.channels), Real(0));
  for (std::int64_t image = 0; image < batch; ++image) {
    for (std::int64_t c = 0; c < shape_.channels; ++c) {
      for (std::int64_t y = 0; y < shape_.height; ++y) {
        Real* to =
            framed.data() + (image * (shape_.height + 2) + y + 1) * row + shape_.channels + c;
        for (std::int64_t i = 0; i < shape_.width; ++i) to[i * shape_.channels] = *x++;
      }
    }
  }
}

template <class Real>
Outputs CnnPass<Real>::forward(const Tensor& theta_AP, const Tensor& x, bool want_features,
                               bool keep) {
  const std::int64_t batch = check_pass(theta_AP, head_.end(), x, shape_.input, "cnn");
  const std::int64_t rows = theta_AP.size(0);
  Outputs outputs;
  outputs.logits_KBC = at::empty({rows, batch, head_.out()}, theta_AP.options());
  if (want_features)
    outputs.features_KBD = at::empty({rows, batch, head_.in()}, theta_AP.options());
  rows_.resize(std::max(rows_.size(), static_cast<std::size_t>(keep ? rows : 1)));
  for (std::int64_t row = 0; row < rows; ++row) {
    Row& kept = rows_[static_cast<std::size_t>(keep ? row : 0)];
    const Real* images = x.const_data_ptr<Real>() + (x.size(0) == 1 ? 0 : row * batch * x_size());
    forward_row(theta_AP.const_data_ptr<Real>() + row * theta_AP.stride(0), images, batch, kept,
                outputs.logits_KBC.mutable_data_ptr<Real>() + row * batch * head_.out());
    if (want_features) {
      std::copy_n(kept.features.data(), batch * head_.in(),
                  outputs.features_KBD.mutable_data_ptr<Real>() + row * batch * head_.in());
    }
  }
  return outputs;
}

template <class Real>
void CnnPass<Real>::forward_row(const Real* theta, const Real* x, std::int64_t batch, Row& row,
                                Real* logits) {
  const std::int64_t filters = shape_.filters;
  const auto size = [](std::int64_t elements) { return static_cast<std::size_t>(elements); };
  frame(x, batch, row.framed_x);
  wide_.resize(size(std::max(conv0_.pixels(batch), 2 * conv1_.pixels(batch)) * filters));
  conv0_.forward(theta, row.framed_x.data(), batch, wide_.data());
  row.framed_h.resize(size(conv1_.framed_pixels(batch) * filters),
                      Real(0));  // the frame stays zero
  row.place0.resize(size(conv1_.pixels(batch) * filters));
  pool_relu(wide_.data(), before_pool0(batch), 1, row.framed_h.data(), row.place0.data());

  conv1_.forward(theta, row.framed_h.data(), batch, wide_.data());
  pooled_.resize(size(batch * head_.in()));
  row.place1.resize(pooled_.size());
  pool_relu(wide_.data(), before_pool1(batch), 0, pooled_.data(), row.place1.data());

  row.features.resize(pooled_.size());  // channel by channel
  for (std::int64_t image = 0; image < batch; ++image) {
    transpose(pooled_.data() + image * head_.in(), last_pixels(), 2 * filters,
              row.features.data() + image * head_.in());
  }
  head_.forward(theta, row.features.data(), batch, logits, /*relu=*/false);
}

template <class Real>
void CnnPass<Real>::backward(const Tensor& theta_AP, const Tensor& x, const Tensor& dlogits_ABC,
                             const Tensor& dfeatures_ABD, Tensor& gradient_AP) {
  const std::int64_t batch = x.size(1), classes = head_.out();
  const std::vector<Real> zeros(dlogits_ABC.defined() ? 0
                                                      : static_cast<std::size_t>(batch * classes));
  for (std::int64_t row = 0; row < theta_AP.size(0); ++row) {
    const auto of_row = [row, batch](const Tensor& tensor, std::int64_t width) {
      return tensor.defined() ? tensor.const_data_ptr<Real>() + row * batch * width : nullptr;
    };
    backward_row(theta_AP.const_data_ptr<Real>() + row * theta_AP.stride(0), batch,
                 rows_[static_cast<std::size_t>(row)],
                 dlogits_ABC.defined() ? of_row(dlogits_ABC, classes) : zeros.data(),
                 of_row(dfeatures_ABD, head_.in()),
                 gradient_AP.mutable_data_ptr<Real>() + row * gradient_AP.size(1));
  }
}

template <class Real>
void CnnPass<Real>::backward_row(const Real* theta, std::int64_t batch, const Row& row,
                                 const Real* dlogits, const Real* dfeatures, Real* gradient) {
  const auto size = [](std::int64_t elements) { return static_cast<std::size_t>(elements); };
  const std::int64_t filters = shape_.filters;
  head_.weight_gradient(row.features.data(), dlogits, batch, gradient);
  pooled_.resize(size(conv1_.pixels(batch) * filters));
  framed_.resize(size(std::max(batch * head_.in(), conv1_.framed_pixels(batch) * 2 * filters)));
  Real* dfeature = framed_.data();
  head_.input_gradient(theta, dlogits, batch, dfeature);
  if (dfeatures != nullptr) {
    std::transform(dfeatures, dfeatures + batch * head_.in(), dfeature, dfeature,
                   std::plus<Real>());
  }
  pooled_.resize(std::max(pooled_.size(), size(batch * head_.in())));
  for (std::int64_t image = 0; image < batch; ++image) {
    transpose(dfeature + image * head_.in(), 2 * filters, last_pixels(),
              pooled_.data() + image * head_.in());
  }
  // Once packed, for the weights, and once framed, for the inputs.
  unpool_relu(pooled_.data(), row.place1.data(), before_pool1(batch), 0, wide_.data());
  conv1_.weight_gradient(row.framed_h.data(), wide_.data(), batch, gradient);
  unpool_relu(pooled_.data(), row.place1.data(), before_pool1(batch), 1, framed_.data());
  conv1_.input_gradient(theta, framed_.data(), batch, pooled_.data());
  unpool_relu(pooled_.data(), row.place0.data(), before_pool0(batch), 0, wide_.data());
  conv0_.weight_gradient(row.framed_x.data(), wide_.data(), batch, gradient);
}

}  // namespace

std::unique_ptr<DirectPass> make_cnn_pass(const CnnShape& shape, const Tensor& theta) {
  if (theta.scalar_type() == at::kFloat) return std::make_unique<CnnPass<float>>(shape);
  if (theta.scalar_type() == at::kDouble) return std::make_unique<CnnPass<double>>(shape);
  return nullptr;
}

}  // namespace assay
