// Forward and backward of a whole network, written by hand: what train() and predict_logits() run
// where they can. Nothing is recorded, buffers are kept between steps, gradients are written where
// the optimizer reads them.
#pragma once

#include <assay/network.h>

#include <cstdint>

namespace assay {

/// For the CPU. Every row of a cohort is computed by itself, so that its numbers have the
/// same bits whatever the cohort. Equal to Network::forward and its derivative up to rounding.
class DirectPass {
 public:
  virtual ~DirectPass() = default;

  /// Whether the indices that the kernels use (32 bits) reach over a batch of that size.
  virtual bool fits(std::int64_t batch) const = 0;

  /// As Network::forward. Rows of theta_AP are contiguous (all may be one row, expanded), and so is
  /// x, which is [A, B, F...] or [1, B, F...]. The answers are new tensors; what backward() needs
  /// is kept until the next call when `keep` is true.
  virtual Outputs forward(const Tensor& theta_AP, const Tensor& x, bool want_features,
                          bool keep) = 0;

  /// Writes all of gradient_AP: the derivative of a sum whose derivatives by the last forward's
  /// answers are given, contiguous. An undefined one is zero. theta_AP and x are those of that
  /// forward.
  virtual void backward(const Tensor& theta_AP, const Tensor& x, const Tensor& dlogits_ABC,
                        const Tensor& dfeatures_ABD, Tensor& gradient_AP) = 0;

  /// Whether the features are the inputs themselves, which do not depend on the parameters.
  virtual bool features_are_inputs() const { return false; }

  /// What the gradient of each sample becomes before the sum over samples.
  enum class Each { itself, absolute, squared };
  /// Whether backward_each() is there: for networks of linear layers.
  virtual bool has_each() const { return false; }
  /// As backward() by the logits, for the sum over samples of what their gradients become.
  virtual void backward_each(Each each, const Tensor& theta_AP, const Tensor& x,
                             const Tensor& dlogits_ABC, Tensor& sum_AP);
};

}  // namespace assay
