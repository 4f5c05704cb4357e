// What the losses of several methods are made of: likelihoods of both sides, their means, and what
// the original model says.
#pragma once

#include <assay/unlearning.h>

namespace assay::unlearning {

/// log p(label) of the forget batch's samples under the model in training, [A, B]; of an answer of
/// tokens their sum, which is the logarithm of the whole answer's probability.
Tensor forget_log_likelihood(const Problem& problem, const Sides& sides);
/// Tokens of the forget batch's answers, [A, B]; a class is one.
Tensor forget_lengths(const Problem& problem, const Sides& sides);
/// Mean of -log p(label) over the retain batch, [A]; of answers the same sum over their tokens.
Tensor retain_loss(const Problem& problem, const Sides& sides);
/// Mean of |h - target|^2 / D over the positions of each sample's answer (a class has one), [A, B]:
/// activations [A, B, D] or [A, B, T, D], a target of that shape or what expands to it.
Tensor activation_distance(const Problem& problem, const Tensor& h_ABD, const Tensor& target_ABD,
                           const Tensor& label_AB);
/// Weighted mean over the samples of both sides together: [A, Bf] and [A, Br] to [A].
Tensor mean_of_both(const Sides& sides, const Tensor& forget_AB, const Tensor& retain_AB);

/// The frozen reference: logits [K, n, C] of the original model for the items of a part, and their
/// log p(label), [K, n]. Counted as forward samples; gather() them in the loss.
Tensor reference_logits(const Problem& problem, const Part& part, Run& run);
Tensor reference_log_likelihood(const Problem& problem, const Part& part, Run& run);

/// Trains the original model towards fixed logits of the forget and the retain items, [K, n, C]:
///   L = mean over the samples of both batches of |z - target|^2 / C
/// (mean squared error over samples and outputs, as in the published code of
/// attribute-to-delete/DMM and its oracle matching). The regression has an optimum, where ascent
/// has no place to stop.
Model match(const Problem& problem, Run& run, const Tensor& forget_target_KNC,
            const Tensor& retain_target_KNC);

}  // namespace assay::unlearning
