// Membership inference: telling the forget set from items that no model was trained on.
#pragma once

#include <assay/likelihood.h>
#include <assay/tensor.h>

#include <utility>
#include <vector>

namespace assay::unlearning {

/// Area under the ROC curve of scores that are higher for members: the share of pairs (member,
/// other) in the right order, ties counting half, [K]. Scores [K, N] and [K, M].
Tensor attack_auc(const Tensor& member_KN, const Tensor& other_KM);

/// Points (false positive rate, true positive rate) of the mean curve over the rows, at rates 0,
/// .025, .05, ..., 1.
std::vector<std::pair<double, double>> roc(const Tensor& member_KN, const Tensor& other_KM);

/// RMIA's score (Zarifzadeh et al. 2024, arXiv:2312.03262, offline, gamma 1): the share of
/// population items z with p(x)/p_ref(x) > p(z)/p_ref(z), where p_ref = ((1 + a) out + 1 - a) / 2
/// and `out` is the mean probability over models that were not trained on the item. [K, N].
Tensor rmia(const Tensor& p_KN, const Tensor& out_KN, const Tensor& p_KZ, const Tensor& out_KZ,
            double a = 0.3);

/// Entropy of the prediction, [K, N], from logits [K, N, C] (one output: of its sigmoid); of logits
/// [K, N, T, V] that of every position, [K, N, T].
Tensor entropy(const Tensor& logits_KNC);

/// The same, of answers of tokens the mean over their positions: [K, N] in any case.
Tensor answer_entropy(Likelihood kind, const Tensor& logits_KNC, const Tensor& label_KN);

}  // namespace assay::unlearning
