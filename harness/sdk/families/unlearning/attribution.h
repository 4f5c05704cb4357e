// What the outputs of a seed's models owe to the forget set as a whole.
#pragma once

#include "sdk/families/unlearning/models.h"

#include <map>
#include <string>

namespace assay::unlearning {

/// Sum over the forget set's items i of tau_i, where f(x) ~ b(x) + sum_i mask_i tau_i(x) is fitted
/// to the outputs of D models by ridge regression on the centred masks: what an output loses, by
/// the estimate, without the forget set (Ilyas et al. 2022, arXiv:2202.00622). mask_DF of 0 and 1,
/// logits_DNC; returns [N, C].
Tensor datamodel_sum(const Tensor& mask_DF, const Tensor& logits_DNC, double ridge);

/// Cosine between the predicted shift of the forget set's outputs, -attribution, and the true one,
/// mean of the oracles' minus mean of the originals'. All [n, C].
double fidelity(const Tensor& attribution_NC, const Tensor& original_NC, const Tensor& oracle_NC);

/// The tensors of the stage "attribution": forget, retain, validation and holdout, [S, n, C].
/// `samples_S` gets its gradient samples, all models of a seed together. original_SNP: the
/// originals, of which influence reads the first.
std::map<std::string, Tensor> attribute(const Settings& settings, const Maker& maker, Run& run,
                                        const Tensor& original_SNP, std::vector<double>& samples_S);

/// The splits that a model is asked about, by the names of tensors.
const std::map<std::string, Split>& scored_splits();

}  // namespace assay::unlearning
