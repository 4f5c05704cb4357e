// Matrix products whose left side lies in any order.
#pragma once

#include "sdk/internal/kernels/index_steps.h"
#include "sdk/internal/kernels/product.h"

#include <algorithm>
#include <cstdint>
#include <map>

namespace assay {

/// Element (m, k) is first[m * row + k * column]: a matrix or its transpose.
template <class Real>
struct Left {
  const Real* first = nullptr;
  std::int64_t row = 0, column = 1;
};

/// Keeps the index tables that product() wants.
template <class Real>
class Multiplier {
 public:
  /// C [m, n] = A [m, k] B [k, n], or that added to C. Rows of B and C are contiguous, `b_row` and
  /// `c_row` elements apart.
  void operator()(std::int64_t m, std::int64_t n, std::int64_t k, const Left<Real>& a,
                  const Real* b, std::int64_t b_row, Real* c, std::int64_t c_row,
                  bool add = false) {
    const bool one_table = a.row == a.column;  // which may move when it grows
    const std::int32_t* rows = table(a.row, one_table ? std::max(m, k) : m);
    const std::int32_t* columns = one_table ? rows : table(a.column, k);
    product(Product<Real>{.m = m,
                          .n = n,
                          .k = k,
                          .a = a.first,
                          .a_row = rows,
                          .a_column = columns,
                          .b = b,
                          .b_row = b_row,
                          .c = c,
                          .c_row = c_row,
                          .add = add});
  }

 private:
  const std::int32_t* table(std::int64_t step, std::int64_t count) {
    return steps_.try_emplace(step, step).first->second.first(count);
  }

  std::map<std::int64_t, IndexSteps> steps_;
};

}  // namespace assay
