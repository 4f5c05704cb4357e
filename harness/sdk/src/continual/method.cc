// What a method does at the hooks that it does not override.
#include <assay/continual.h>

#include <ATen/ATen.h>

namespace assay::continual {

void Method::begin(const Problem&, Run&) {}
void Method::begin_task(const Task&, const Model&, Run&) {}
void Method::prepare_batch(Batch&, Run&) {}
Tensor Method::loss(const Batch& batch) {
  return batch.mean(batch.losses());
}
void Method::after_backward(const Batch&, const Tensor&, Tensor&) {}
void Method::after_step(const Batch&, Tensor&) {}
void Method::end_task(const Task&, Model&, Run&) {}

Tensor Method::predict(const Model& model, const Query& query) const {
  return predict_logits(model, Dataset::own(query.x()));
}

void Method::state(State&) {}

std::vector<std::int64_t> Method::trains_on(std::int64_t task, std::int64_t) const {
  return {task};
}

}  // namespace assay::continual
