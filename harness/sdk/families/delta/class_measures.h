// What answers among classes say of a student, whatever the task.
#pragma once

#include "sdk/families/delta/task.h"

namespace assay::delta {

/// "kl" to the start and "entropy" of answers to the same prompts, nats: means over prompts of
/// logits [K, N, C] on the CPU.
Measures answer_measures(const Tensor& logits_KNC, const Tensor& start_KNC);

/// Share of prompts whose likeliest class is the label, int64 [K, N]: float64 [K].
Tensor accuracy_K(const Tensor& logits_KNC, const Tensor& label_KN);

/// Logits on the CPU in float64, of prompts [K, N, F...].
Tensor logits_of(const Model& model, const Tensor& x_KNF);

}  // namespace assay::delta
