// How likely tokens are by the logits of their positions.
#pragma once

#include <cstdint>

namespace assay {

/// For positions of `symbols` logits x each, row after row, and the token each speaks of:
///   log_sum = log sum_v exp(x_v),   log_p = x_token - log_sum
/// A negative token is skipped: both are 0, whatever its logits are. A logit that is not finite
/// makes its position's answers not a number.
void token_log_softmax(const float* logits, const std::int64_t* token, std::int64_t positions,
                       std::int64_t symbols, float* log_p, float* log_sum) noexcept;
void token_log_softmax(const double* logits, const std::int64_t* token, std::int64_t positions,
                       std::int64_t symbols, double* log_p, double* log_sum) noexcept;

/// The derivative of sum weight log_p by the logits: weight (1[v = token] - exp(x_v - log_sum)); 0
/// at skipped positions.
void token_log_softmax_gradient(const float* logits, const std::int64_t* token,
                                const float* log_sum, const float* weight, std::int64_t positions,
                                std::int64_t symbols, float* gradient) noexcept;
void token_log_softmax_gradient(const double* logits, const std::int64_t* token,
                                const double* log_sum, const double* weight, std::int64_t positions,
                                std::int64_t symbols, double* gradient) noexcept;

}  // namespace assay
