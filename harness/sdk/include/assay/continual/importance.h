// How much each parameter matters for what has been learned. The Fisher information of EWC is
// diagonal_fisher() in assay/per_sample.h.
#pragma once

#include <assay/continual.h>

namespace assay::continual {

/// The text of a parameter "estimator" as the label that the Fisher information is taken of: "exact",
/// "sampled", "argmax", "true" (the data's labels). Throws Error for another.
FisherLabel fisher_label(const std::string& estimator);

/// Diagonal Fisher information of a task's training data over its own outputs, [K, P]: the mean over
/// samples. Of `samples` of them, drawn for each row, when that is positive and fewer than there are.
Tensor task_fisher(const Model& model, const Task& task, Likelihood likelihood, FisherLabel label,
                   std::int64_t samples, Run& run);

/// Memory aware synapses: the mean over samples of |d ||f(x)||^2 / d theta|, [K, P], f the allowed
/// outputs (bool [C]; undefined: all). The absolute value is each sample's (Aljundi et al. 2018,
/// arXiv:1711.09601, equation 2). Needs no labels. Counts samples and FLOPs.
Tensor output_sensitivity(const Model& model, const Dataset& data, const Tensor& allowed_C,
                          Run& run);

/// Synaptic intelligence: how much each parameter's way has lowered the loss, the path integral of
/// -gradient * d theta (Zenke et al. 2017, arXiv:1703.04200, equations 3 to 5).
class PathIntegral {
 public:
  /// A new task begins at theta_KP.
  void begin(const Tensor& theta_KP);
  /// In after_backward, before a penalty is added: the task's own gradient at theta.
  void before_step(const Tensor& theta_AP, const Tensor& gradient_AP);
  /// In after_step.
  void after_step(const assay::Batch& batch, const Tensor& theta_AP);
  /// w / ((theta - theta at the task's beginning)^2 + xi), negative ones as zero, as the authors'
  /// code has them; [K, P].
  Tensor importance(const Tensor& theta_KP, double xi) const;

  void state(State& state);

 private:
  Tensor way_KP_;                   // w of the present task
  Tensor begin_KP_;                 // theta at its beginning
  Tensor before_AP_, gradient_AP_;  // within one step
};

}  // namespace assay::continual
