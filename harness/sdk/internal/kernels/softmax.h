// Softmax cross entropy of many samples at once.
#pragma once

#include <cstdint>

namespace assay {

/// For samples of `classes` logits x and weights t each, row after row:
///   loss = -sum_c t_c log softmax(x)_c,   gradient = sum_c t_c softmax(x) - t
/// A logit that is not finite makes its sample's loss not finite.
void softmax_cross_entropy(const float* logits, const float* target, std::int64_t samples,
                           std::int64_t classes, float* loss, float* gradient) noexcept;
void softmax_cross_entropy(const double* logits, const double* target, std::int64_t samples,
                           std::int64_t classes, double* loss, double* gradient) noexcept;

}  // namespace assay
