// One 3x3 convolution with padding 1 of one model, forward and backward, channels last.
#pragma once

#include "sdk/internal/kernels/activations.h"
#include "sdk/internal/kernels/product.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace assay {

/// Images are [B, height, width, channels]; "framed" ones are [B, height + 2, width + 2, channels] with
/// a frame of zeros. theta and gradient are a model's whole row of parameters: weight [out, in, 3, 3] at
/// column `weight`, bias [out] after it. A convolution is a product of patches with weights; the index
/// tables read the patches where they are.
template <class Real>
class ConvLayer {
 public:
  ConvLayer(std::int64_t in, std::int64_t out, std::int64_t height, std::int64_t width,
            std::int64_t weight)
      : in_(in), out_(out), height_(height), width_(width), weight_(weight) {
    for (std::int64_t c = 0; c < in; ++c) {
      for (std::int64_t k = 0; k < 9; ++k) in_patch_.push_back(offset(k / 3, k % 3, in) + static_cast<std::int32_t>(c));
    }
    for (std::int64_t k = 0; k < 9; ++k) {  // turned around
      for (std::int64_t c = 0; c < out; ++c) {
        out_patch_.push_back(offset(2 - k / 3, 2 - k % 3, out) + static_cast<std::int32_t>(c));
      }
    }
  }

  std::int64_t end() const { return weight_ + patch() * out_ + out_; }  ///< the column after its last
  std::int64_t pixels(std::int64_t batch) const { return batch * height_ * width_; }
  std::int64_t framed_pixels(std::int64_t batch) const { return batch * (height_ + 2) * (width_ + 2); }
  /// Elements of the largest buffer over a batch.
  std::int64_t largest(std::int64_t batch) const { return framed_pixels(batch) * std::max(in_, out_); }

  void forward(const Real* theta, const Real* framed_x, std::int64_t batch, Real* y) {
    weights_.resize(static_cast<std::size_t>(patch() * out_));
    transpose(theta + weight_, out_, patch(), weights_.data());
    product(Product<Real>{.m = pixels(batch), .n = out_, .k = patch(),
                          .a = framed_x, .a_row = corners(in_corners_, batch, in_), .a_column = in_patch_.data(),
                          .b = weights_.data(), .b_row = out_,
                          .c = y, .c_row = out_, .bias = theta + weight_ + patch() * out_});
  }

  /// Writes the gradient's columns of this layer.
  void weight_gradient(const Real* framed_x, const Real* dy, std::int64_t batch, Real* gradient) {
    weights_.resize(static_cast<std::size_t>(patch() * out_));
    product(Product<Real>{.m = patch(), .n = out_, .k = pixels(batch),
                          .a = framed_x, .a_row = in_patch_.data(), .a_column = corners(in_corners_, batch, in_),
                          .b = dy, .b_row = out_, .c = weights_.data(), .c_row = out_});
    transpose(weights_.data(), patch(), out_, gradient + weight_);
    sum_rows(dy, pixels(batch), out_, gradient + weight_ + patch() * out_);
  }

  void input_gradient(const Real* theta, const Real* framed_dy, std::int64_t batch, Real* dx) {
    weights_.resize(static_cast<std::size_t>(patch() * out_));
    for (std::int64_t o = 0; o < out_; ++o) {
      for (std::int64_t c = 0; c < in_; ++c) {
        const Real* kernel = theta + weight_ + (o * in_ + c) * 9;
        for (std::int64_t k = 0; k < 9; ++k) weights_[static_cast<std::size_t>((k * out_ + o) * in_ + c)] = kernel[k];
      }
    }
    product(Product<Real>{.m = pixels(batch), .n = in_, .k = 9 * out_,
                          .a = framed_dy, .a_row = corners(out_corners_, batch, out_),
                          .a_column = out_patch_.data(),
                          .b = weights_.data(), .b_row = in_, .c = dx, .c_row = in_});
  }

 private:
  std::int64_t patch() const { return 9 * in_; }

  std::int32_t offset(std::int64_t y, std::int64_t x, std::int64_t channels) const {
    return static_cast<std::int32_t>((y * (width_ + 2) + x) * channels);
  }

  // Where the patch of each pixel begins in a framed image.
  const std::int32_t* corners(std::vector<std::int32_t>& table, std::int64_t batch, std::int64_t channels) {
    const std::int64_t image = height_ * width_;
    for (auto i = static_cast<std::int64_t>(table.size()); i < pixels(batch); ++i) {
      const std::int64_t y = i / image * (height_ + 2) + i % image / width_;
      table.push_back(offset(y, i % width_, channels));
    }
    return table.data();
  }

  std::int64_t in_, out_, height_, width_, weight_;
  std::vector<std::int32_t> in_patch_, out_patch_, in_corners_, out_corners_;
  std::vector<Real> weights_;  // in the order of a product's right side
};

}  // namespace assay
