// Metrics of sequences, one value per row, float64 [K]. Masks are aligned with the tokens, [K, N,
// T], and what is said of tokens is [K, N, T-1], as in assay/sequences.h. A row's items past its
// end have masks of 0. NaN where there is nothing to average.
#pragma once

#include <assay/tensor.h>

namespace assay::metrics {

/// Mean over sequences of the number of tokens that count; sequences with none are left out.
Tensor mean_length(const Tensor& mask_KNT);

/// Distinct n-grams over all n-grams of a row (distinct-n, Li et al. 2016, arXiv:1510.03055): runs
/// of n tokens that count, of all its sequences together. tokens as in assay/sequences.h.
Tensor distinct(const Tensor& token_KNT, const Tensor& mask_KNT, std::int64_t n);

/// Mean over sequences of the sum over a sequence's tokens that count of what is said of them: of
/// token_divergences on a model's own samples its KL from the other, a sequence; of log-ratios the
/// same, estimated with more noise. Sequences with no token that counts are left out.
Tensor mean_of_sequences(const Tensor& value_KNT, const Tensor& mask_KNT);

/// Mean over all tokens that count of a row: KL or entropy a token.
Tensor mean_of_tokens(const Tensor& value_KNT, const Tensor& mask_KNT);

}  // namespace assay::metrics
