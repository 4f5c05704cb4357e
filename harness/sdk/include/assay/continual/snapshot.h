// A model as it was: what distillation compares with.
#pragma once

#include <assay/continual.h>

#include <memory>

namespace assay::continual {

class Snapshot {
 public:
  /// Once, before the stream, and before state() loads.
  void begin(const Problem& problem);
  /// Keeps a copy of the model's parameters.
  void take(const Model& model);
  bool empty() const { return !theta_KP_.defined(); }
  /// Its outputs for the batch's inputs, [A, B, C], without gradients. Counts forward samples. Throws
  /// Error when empty.
  Tensor logits(const assay::Batch& batch, Run& run) const;

  void state(State& state);

 private:
  std::shared_ptr<const Network> network_;
  Tensor theta_KP_;
};

}  // namespace assay::continual
