// The matrix product that all layers are made of.
#pragma once

#include <cstdint>

namespace assay {

/// C = A B, C = A B + C, or C = max(0, A B + bias). Element (m, k) of A is a[a_row[m] + a_column[k]]: a
/// matrix, its transpose, or the patches of an image, without a copy. B and C have contiguous rows, `b_row`
/// and `c_row` elements apart. C overlaps neither A nor B.
template <class Real>
struct Product {
  std::int64_t m = 0, n = 0, k = 0;
  const Real* a = nullptr;
  const std::int32_t* a_row = nullptr;     ///< [m]
  const std::int32_t* a_column = nullptr;  ///< [k]
  const Real* b = nullptr;
  std::int64_t b_row = 0;
  Real* c = nullptr;
  std::int64_t c_row = 0;
  const Real* bias = nullptr;  ///< [n], or null; not together with `add`
  bool relu = false;            ///< a NaN stays one
  bool add = false;             ///< to what is in C
};

/// Vector code for the processor it runs on. An element's sum is in the order of k with fused
/// multiply-adds, whatever m and n: a row of C has the same bits alone as among others.
void product(const Product<float>& product) noexcept;
void product(const Product<double>& product) noexcept;

}  // namespace assay
