#include "sdk/internal/kernels/activations.h"

#include <algorithm>

// Plain loops, which the compiler turns into vector code for each of Highway's targets.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sdk/src/kernels/activations.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {

// A square of a cache line's width. Its loops have a constant length, so that it becomes shuffles.
constexpr std::int64_t block = 16;

template <class Real>
void transpose_block(const Real* HWY_RESTRICT from, std::int64_t from_row, Real* HWY_RESTRICT to,
                     std::int64_t to_row) {
  for (std::int64_t column = 0; column < block; ++column) {
    for (std::int64_t row = 0; row < block; ++row) {
      to[column * to_row + row] = from[row * from_row + column];
    }
  }
}

template <class Real>
void transpose(const Real* from, std::int64_t rows, std::int64_t columns, Real* to) {
  for (std::int64_t row = 0; row < rows; row += block) {
    const std::int64_t height = std::min(block, rows - row);
    for (std::int64_t column = 0; column < columns; column += block) {
      const std::int64_t width = std::min(block, columns - column);
      const Real* corner = from + row * columns + column;
      Real* place = to + column * rows + row;
      if (height == block && width == block) {
        transpose_block(corner, columns, place, rows);
        continue;
      }
      for (std::int64_t c = 0; c < width; ++c) {
        for (std::int64_t r = 0; r < height; ++r) place[c * rows + r] = corner[r * columns + c];
      }
    }
  }
}

template <class Real>
void relu_backward(const Real* HWY_RESTRICT activation, Real* HWY_RESTRICT gradient,
                   std::int64_t size) {
  for (std::int64_t i = 0; i < size; ++i) gradient[i] = activation[i] > 0 ? gradient[i] : 0;
}

template <class Real>
void sum_rows(const Real* HWY_RESTRICT from, std::int64_t rows, std::int64_t columns,
              Real* HWY_RESTRICT to) {
  std::fill(to, to + columns, Real(0));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) to[column] += from[row * columns + column];
  }
}

void transpose_float(const float* from, std::int64_t rows, std::int64_t columns, float* to) {
  transpose(from, rows, columns, to);
}
void transpose_double(const double* from, std::int64_t rows, std::int64_t columns, double* to) {
  transpose(from, rows, columns, to);
}
void relu_backward_float(const float* activation, float* gradient, std::int64_t size) {
  relu_backward(activation, gradient, size);
}
void relu_backward_double(const double* activation, double* gradient, std::int64_t size) {
  relu_backward(activation, gradient, size);
}
void sum_rows_float(const float* from, std::int64_t rows, std::int64_t columns, float* to) {
  sum_rows(from, rows, columns, to);
}
void sum_rows_double(const double* from, std::int64_t rows, std::int64_t columns, double* to) {
  sum_rows(from, rows, columns, to);
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {
HWY_EXPORT(transpose_float);
HWY_EXPORT(transpose_double);
HWY_EXPORT(relu_backward_float);
HWY_EXPORT(relu_backward_double);
HWY_EXPORT(sum_rows_float);
HWY_EXPORT(sum_rows_double);

void transpose(const float* from, std::int64_t rows, std::int64_t columns, float* to) noexcept {
  HWY_DYNAMIC_DISPATCH(transpose_float)(from, rows, columns, to);
}
void transpose(const double* from, std::int64_t rows, std::int64_t columns, double* to) noexcept {
  HWY_DYNAMIC_DISPATCH(transpose_double)(from, rows, columns, to);
}
void relu_backward(const float* activation, float* gradient, std::int64_t size) noexcept {
  HWY_DYNAMIC_DISPATCH(relu_backward_float)(activation, gradient, size);
}
void relu_backward(const double* activation, double* gradient, std::int64_t size) noexcept {
  HWY_DYNAMIC_DISPATCH(relu_backward_double)(activation, gradient, size);
}
void sum_rows(const float* from, std::int64_t rows, std::int64_t columns, float* to) noexcept {
  HWY_DYNAMIC_DISPATCH(sum_rows_float)(from, rows, columns, to);
}
void sum_rows(const double* from, std::int64_t rows, std::int64_t columns, double* to) noexcept {
  HWY_DYNAMIC_DISPATCH(sum_rows_double)(from, rows, columns, to);
}

}  // namespace assay
#endif
