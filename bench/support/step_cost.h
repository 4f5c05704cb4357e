// What one optimizer step of one model cannot do without: products, and bytes of parameters.
#pragma once

#include "bench/support/peak.h"

#include <cstdint>
#include <vector>

namespace assay::bench {

struct StepCost {
  /// Forward, weight gradient and input gradient of each layer, in the order of a step. The first
  /// layer's input gradient is nobody's input, so it is not among them.
  std::vector<Product> products;
  std::int64_t parameters = 0;  ///< P

  double flops() const;
};

/// Fully connected layers of `sizes` (inputs first, classes last).
StepCost mlp_cost(const std::vector<std::int64_t>& sizes, std::int64_t batch);

/// Assay's cnn on square images of one channel: two 3x3 convolutions (`width` and 2 `width` channels),
/// each pooled by 2, and a linear layer. A convolution counts as the product it is after unfolding.
StepCost cnn_cost(std::int64_t width, std::int64_t side, std::int64_t classes, std::int64_t batch);

/// The products of the forward pass alone.
std::vector<Product> forward_products(const StepCost& cost);

/// CPU seconds below which no step of AdamW can go on this processor, for one of `models` models that
/// train together: FLOPs at the speed of the largest products, and then 24 P bytes. AdamW must read
/// and write the parameters and both moments, four bytes each; that is all that has to move. The
/// gradient and the activations can stay in registers and cache between their maker and their user, so
/// they do not count. The bandwidth is that of a working set of 16 P K bytes (parameters, gradient,
/// moments): the cache's where the cohort fits in it, else the memory's.
double limit_seconds(const StepCost& cost, std::int64_t models);

}  // namespace assay::bench
