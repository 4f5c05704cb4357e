// What this processor can do at most, measured in the process that reports a share of it.
#pragma once

#include <cstdint>
#include <vector>

namespace assay::bench {

/// One product of each model of a stack: [K, rows, inner] x [K, inner, columns]. A transposed operand
/// lies in memory the other way round, as a backward pass finds it.
struct Product {
  std::int64_t rows, inner, columns;
  bool left_transposed = false, right_transposed = false;

  double flops() const { return 2.0 * static_cast<double>(rows * inner * columns); }
};

/// FLOP/s of a single large float32 product: the best of several sizes. Measured once in a process.
double sgemm_peak();

/// CPU seconds of the products of one step of K models, called one after the other as the step would,
/// each with operands and results of its own.
double products_seconds(const std::vector<Product>& products, std::int64_t models);

/// Bytes a second, read or written, of passes over `bytes` of memory (two operands, one result).
double bandwidth(double bytes);

}  // namespace assay::bench
