#include "sdk/internal/direct_pass.h"

#include <assay/common/error.h>
#include <assay/continual/snapshot.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace assay::continual {

void Snapshot::begin(const Problem& problem) {
  network_ = problem.start.network;
}

void Snapshot::take(const Model& model) {
  network_ = model.network;
  theta_KP_ = model.theta_KP.detach().clone(at::MemoryFormat::Contiguous);
}

Tensor Snapshot::logits(const assay::Batch& batch, Run& run) const {
  if (empty()) throw Error("Snapshot::logits: no model was taken yet: ask empty() first");
  const at::NoGradGuard no_record;
  const Tensor theta_AP = batch.row(theta_KP_);
  const Tensor x = batch.x.to(theta_AP.scalar_type()).contiguous();
  const std::int64_t samples = x.size(1);
  for (const Tensor& row : batch.rows_A.cpu().unbind()) {
    Costs& costs = run.costs(row.item<std::int64_t>());
    costs.forward_samples += samples;
    costs.flops += network_->forward_flops() * static_cast<double>(samples);
  }
  if (const auto direct = network_->direct_pass(theta_AP); direct && direct->fits(samples)) {
    return direct->forward(theta_AP, x, false, /*keep=*/false).logits_KBC;
  }
  return network_->forward(ParameterView(network_->layout(), theta_AP), x, {}).logits_KBC;
}

void Snapshot::state(State& state) {
  state("theta", theta_KP_);
}

}  // namespace assay::continual
