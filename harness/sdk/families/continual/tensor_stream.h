// A stream made of tensors at hand: what the rules and the tests are checked on.
#pragma once

#include "sdk/families/continual/stream.h"

namespace assay::continual {

/// One task: n training and m test items a row, the numbers being the same in every task. Labels
/// are outputs of the stream (int64), or numbers for a gaussian likelihood.
struct TensorTask {
  Tensor x_KNF, label_KN;
  Tensor test_KMF, test_label_KM;
};

/// The training items of a task are its validation items too.
class TensorStream final : public Stream {
 public:
  TensorStream(std::vector<TensorTask> tasks, Tensor outputs_TC,
               Likelihood likelihood = Likelihood::categorical)
      : tasks_(std::move(tasks)), outputs_TC_(std::move(outputs_TC)), likelihood_(likelihood) {}

  std::int64_t rows() const override { return tasks_.front().x_KNF.size(0); }
  std::int64_t tasks() const override { return static_cast<std::int64_t>(tasks_.size()); }
  Likelihood likelihood() const override { return likelihood_; }
  std::vector<std::int64_t> input_shape() const override;
  Tensor outputs_TC() const override { return outputs_TC_; }
  Items training(const std::vector<std::int64_t>& tasks) const override;
  Items validation(const std::vector<std::int64_t>& tasks) const override {
    return training(tasks);
  }
  Dataset test() const override;
  std::unique_ptr<Truth> truth() const override;

 private:
  std::vector<TensorTask> tasks_;
  Tensor outputs_TC_;
  Likelihood likelihood_;
};

}  // namespace assay::continual
