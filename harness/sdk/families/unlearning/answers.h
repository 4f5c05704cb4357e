// What models know of answers of tokens. The definitions are those of open-unlearning's code (Dorna
// et al. 2025, arXiv:2506.12618) where nothing else is said; answers end without a symbol for it.
#pragma once

#include <assay/likelihood.h>
#include <assay/tensor.h>

#include <vector>

namespace assay::unlearning {

/// log p(y|x) / |y| of every item, float64 [K, N]: the mean over the answer's tokens. Of a class
/// its log-probability.
Tensor token_log_probability(Likelihood kind, const Tensor& logits_KNC, const Tensor& label_KN);
/// exp of it, p(y|x)^(1/|y|) (Maini et al. 2024, TOFU, section 2.2.1).
Tensor answer_probability(Likelihood kind, const Tensor& logits_KNC, const Tensor& label_KN);

/// Extraction strength of every item, float64 [K, N]: 1 - k/n, k the length of the shortest
/// beginning of the n tokens behind which every token is the likeliest one, given what is before
/// it. 0 where the last token is not (there the published code says 1/n).
Tensor extraction_strength(const Tensor& logits_KNTV, const Tensor& label_KNT);

/// Truth ratio R of every item, [K, N]: the geometric mean of answer_probability() of false answers
/// over that of the true one in the same words, from their logarithms [K, N]. (The paper has an
/// arithmetic mean, its code this one.)
Tensor truth_ratio(const std::vector<Tensor>& log_false_KN, const Tensor& log_true_KN);

/// How indifferent a model is between true and false, min(R, 1/R): of the forget set. And how much
/// it prefers the truth, max(0, 1 - R): of all others.
Tensor indifference(const Tensor& ratio_KN);
Tensor truthfulness(const Tensor& ratio_KN);

/// The harmonic mean of numbers from 0 on, elementwise; 0 where one of them is.
Tensor harmonic_mean(const std::vector<Tensor>& value_S);

}  // namespace assay::unlearning
