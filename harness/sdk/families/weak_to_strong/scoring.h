// Metrics of a row against the truth, the supervisor and the ceiling.
#pragma once

#include <assay/common/parameters_json.h>
#include <assay/tensor.h>

#include <vector>

namespace assay::weak_to_strong {

/// The "metrics" of each row. All probabilities are [K, N, C] on the same test items; labels int64
/// [K, N]. A metric that is not a number is null: PGR where the ceiling is the supervisor's equal,
/// the two metrics of the supervisor's mistakes where it makes none.
std::vector<Json> score(const Tensor& probability_KNC, const Tensor& weak_KNC,
                        const Tensor& ceiling_KNC, const Tensor& label_KN);

}  // namespace assay::weak_to_strong
