// Checks and masks that the metrics share.
#pragma once

#include <assay/tensor.h>

namespace assay::metrics {

/// Predictions and labels of one metric, on the CPU.
struct Scored {
  Tensor probability_KNC;  ///< float64
  Tensor label_KN;         ///< int64
  Tensor mask_KN;          ///< float64; 1 for an item, 0 for padding
  Tensor count_K;          ///< float64
};

/// Throws Error naming the metric, what came and what is expected.
Scored scored(const char* metric, const Tensor& probability_KNC, const Tensor& label_KN);

}  // namespace assay::metrics
