#include "sdk/families/continual/tensor_stream.h"

#include <ATen/ATen.h>

namespace assay::continual {
namespace {

Tensor joined(const std::vector<TensorTask>& tasks, Tensor TensorTask::* part) {
  std::vector<Tensor> parts;
  for (const TensorTask& task : tasks) parts.push_back(task.*part);
  return at::cat(parts, 1);
}

class TensorTruth final : public Truth {
 public:
  explicit TensorTruth(Tensor labels_KN) : labels_KN_(std::move(labels_KN)) {}
  Tensor labels_KN() const override { return labels_KN_; }

 private:
  Tensor labels_KN_;
};

}  // namespace

std::vector<std::int64_t> TensorStream::input_shape() const {
  return tasks_.front().x_KNF.sizes().slice(2).vec();
}

Items TensorStream::training(const std::vector<std::int64_t>& tasks) const {
  std::vector<TensorTask> chosen;
  for (const std::int64_t task : tasks) chosen.push_back(tasks_.at(static_cast<std::size_t>(task)));
  return {Dataset::own(joined(chosen, &TensorTask::x_KNF)), joined(chosen, &TensorTask::label_KN)};
}

Dataset TensorStream::test() const {
  return Dataset::own(joined(tasks_, &TensorTask::test_KMF));
}

std::unique_ptr<Truth> TensorStream::truth() const {
  return std::make_unique<TensorTruth>(joined(tasks_, &TensorTask::test_label_KM));
}

}  // namespace assay::continual
