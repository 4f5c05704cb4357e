// One linear layer of one model, forward and backward: y = x W + b.
#pragma once

#include "sdk/internal/kernels/activations.h"
#include "sdk/internal/kernels/index_steps.h"
#include "sdk/internal/kernels/product.h"

#include <cstdint>
#include <vector>

namespace assay {

/// theta and gradient are a model's whole row of parameters: weight [in, out] at column `weight`,
/// bias [out] after it. x [B, in], y [B, out].
template <class Real>
class LinearLayer {
 public:
  LinearLayer(std::int64_t in, std::int64_t out, std::int64_t weight)
      : in_(in), out_(out), weight_(weight), in_steps_(in), out_steps_(out) {}

  std::int64_t in() const { return in_; }
  std::int64_t out() const { return out_; }
  std::int64_t end() const { return weight_ + in_ * out_ + out_; }  ///< the column after its last

  void forward(const Real* theta, const Real* x, std::int64_t batch, Real* y, bool relu) {
    product(Product<Real>{.m = batch,
                          .n = out_,
                          .k = in_,
                          .a = x,
                          .a_row = in_steps_.first(batch),
                          .a_column = ones_.first(in_),
                          .b = theta + weight_,
                          .b_row = out_,
                          .c = y,
                          .c_row = out_,
                          .bias = theta + weight_ + in_ * out_,
                          .relu = relu});
  }

  /// Writes the gradient's columns of this layer.
  void weight_gradient(const Real* x, const Real* dy, std::int64_t batch, Real* gradient) {
    product(Product<Real>{.m = in_,
                          .n = out_,
                          .k = batch,
                          .a = x,
                          .a_row = ones_.first(in_),
                          .a_column = in_steps_.first(batch),
                          .b = dy,
                          .b_row = out_,
                          .c = gradient + weight_,
                          .c_row = out_});
    sum_rows(dy, batch, out_, gradient + weight_ + in_ * out_);
  }

  /// dx [B, in]; it may be dy. One factor has to be turned: the weights, or for a small batch the
  /// activations, as (W dy')'. Element by element the sums are the same.
  void input_gradient(const Real* theta, const Real* dy, std::int64_t batch, Real* dx) {
    if (3 * in_ * out_ < 2 * batch * (in_ + out_)) {
      turned_weights(theta, dy, batch, dx);
    } else {
      turned_activations(theta, dy, batch, dx);
    }
  }

 private:
  void turned_weights(const Real* theta, const Real* dy, std::int64_t batch, Real* dx) {
    weights_turned_.resize(static_cast<std::size_t>(in_ * out_));
    transpose(theta + weight_, in_, out_, weights_turned_.data());
    if (dx == dy) {
      dy_turned_.assign(dy, dy + batch * out_);
      dy = dy_turned_.data();
    }
    product(Product<Real>{.m = batch,
                          .n = in_,
                          .k = out_,
                          .a = dy,
                          .a_row = out_steps_.first(batch),
                          .a_column = ones_.first(out_),
                          .b = weights_turned_.data(),
                          .b_row = in_,
                          .c = dx,
                          .c_row = in_});
  }

  void turned_activations(const Real* theta, const Real* dy, std::int64_t batch, Real* dx) {
    dy_turned_.resize(static_cast<std::size_t>(batch * out_));
    dx_turned_.resize(static_cast<std::size_t>(batch * in_));
    transpose(dy, batch, out_, dy_turned_.data());
    product(Product<Real>{.m = in_,
                          .n = batch,
                          .k = out_,
                          .a = theta + weight_,
                          .a_row = out_steps_.first(in_),
                          .a_column = ones_.first(out_),
                          .b = dy_turned_.data(),
                          .b_row = batch,
                          .c = dx_turned_.data(),
                          .c_row = batch});
    transpose(dx_turned_.data(), in_, batch, dx);
  }

  std::int64_t in_, out_, weight_;
  IndexSteps ones_, in_steps_, out_steps_;
  std::vector<Real> weights_turned_, dy_turned_, dx_turned_;
};

}  // namespace assay
