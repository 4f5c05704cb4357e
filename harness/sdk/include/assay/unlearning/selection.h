// Which parameters matter to a part: selective training and selective dampening.
#pragma once

#include <assay/unlearning.h>

namespace assay::unlearning {

/// Marks in every row the share_K1 of all parameters whose gradient of the mean forget loss is
/// largest (Fan et al. 2023, SalUn, arXiv:2310.12508, equation 4), bool [K, P]. Counts the forget
/// items as gradient samples.
Tensor saliency_mask(const Problem& problem, const Tensor& share_K1, Run& run);

/// Hooks of a training in which only marked parameters change; the others stay bit-equal to
/// start_KP, whatever momentum and weight decay would do to them.
Hooks only_marked(const Tensor& mask_KP, const Tensor& start_KP);

/// Mean over a part's items of the squared gradients of -log p(label), [K, P]: the diagonal of the
/// empirical Fisher information. Counts the items as gradient samples. (The published code of
/// selective synaptic dampening squares the gradients of batches instead of samples.)
Tensor importance(const Model& model, const Part& part, Likelihood likelihood, Run& run);

/// The forget items' share of all items that a row's model was trained on, float64 [K, 1].
Tensor forget_share(const Problem& problem);

}  // namespace assay::unlearning
