#include "sdk/internal/unlearning/part_weights.h"

#include <ATen/ATen.h>

namespace assay::unlearning {

Tensor part_shares(const Dataset& data, at::Device device) {
  Tensor share_KN = at::zeros({data.rows(), data.largest_count()}, at::kDouble);
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    if (data.count(row) == 0) continue;
    share_KN[row].slice(0, 0, data.count(row)).fill_(1.0 / static_cast<double>(data.count(row)));
  }
  return share_KN.to(device);
}

}  // namespace assay::unlearning
