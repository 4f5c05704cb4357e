// Continual learning written out plainly: loops over rows and samples, autograd through the whole
// network, full batches of plain gradient descent. What the methods are compared with.
#pragma once

#include "support.h"

#include <functional>

namespace assay::continual::test {

/// Samples of one row as plain lists.
struct PlainSample {
  Tensor x_F, logits_C;
  std::int64_t label = 0, task = 0;
};

/// One step of one row.
struct PlainStep {
  const Problem* problem = nullptr;
  std::int64_t row = 0, task = 0;
  std::vector<PlainSample> batch;  ///< the task's samples
  Tensor theta_P;                  ///< a leaf: losses are differentiated by it

  /// The outputs of one sample, [C].
  Tensor outputs(const PlainSample& sample) const { return outputs_at(sample, theta_P); }
  Tensor outputs_at(const PlainSample& sample, const Tensor& theta_P) const;
  /// The outputs that a sample of `task` may be now: [first, last).
  std::pair<std::int64_t, std::int64_t> range(std::int64_t task) const;
  /// -log p(label) over those outputs.
  Tensor loss(const PlainSample& sample) const;
  Tensor mean_loss(const std::vector<PlainSample>& samples) const;
  /// d value / d theta, [P].
  Tensor gradient(const Tensor& value) const;
};

/// What a method does to one row; each may be empty.
struct PlainMethod {
  std::function<Tensor(PlainStep&)> loss;                          ///< default: the batch's mean
  std::function<Tensor(PlainStep&, const Tensor& gradient)> edit;  ///< the gradient
  std::function<void(PlainStep&, const Tensor& before, const Tensor& gradient)> after_step;
  std::function<void(PlainStep&)> end_task;  ///< theta as it is then
};

/// Theta of one row after all tasks.
Tensor plain_stream(const Problem& problem, const TensorStream& stream, std::int64_t row,
                    PlainMethod method);

}  // namespace assay::continual::test
