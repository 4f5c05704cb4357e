// Weights of a part's items when all of them are seen at once.
#pragma once

#include <assay/dataset.h>

namespace assay::unlearning {

/// 1/n_k for row k's items, 0 past its end, float64 [K, N]: sums with it are means over the items.
Tensor part_shares(const Dataset& data, at::Device device);

}  // namespace assay::unlearning
