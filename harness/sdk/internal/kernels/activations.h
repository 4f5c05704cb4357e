// Passes over the activations of one model. Matrices are dense, row after row.
#pragma once

#include <cstdint>

namespace assay {

/// to [columns, rows] = the transpose of from [rows, columns]; they do not overlap.
void transpose(const float* from, std::int64_t rows, std::int64_t columns, float* to) noexcept;
void transpose(const double* from, std::int64_t rows, std::int64_t columns, double* to) noexcept;

/// gradient = 0 where `activation`, the ReLU's answer, is not positive.
void relu_backward(const float* activation, float* gradient, std::int64_t size) noexcept;
void relu_backward(const double* activation, double* gradient, std::int64_t size) noexcept;

/// to [columns] = the sum of the rows of from [rows, columns].
void sum_rows(const float* from, std::int64_t rows, std::int64_t columns, float* to) noexcept;
void sum_rows(const double* from, std::int64_t rows, std::int64_t columns, double* to) noexcept;

}  // namespace assay
