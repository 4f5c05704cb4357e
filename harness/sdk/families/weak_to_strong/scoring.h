// Metrics of a row against the truth, the supervisor and the ceiling.
#pragma once

#include "sdk/families/weak_to_strong/task.h"

#include <assay/common/parameters_json.h>
#include <assay/tensor.h>

#include <optional>
#include <vector>

namespace assay::weak_to_strong {

/// The "metrics" of each row. All probabilities are [K, N, C] on the same test items; labels int64
/// [K, N]. A metric that is not a number is null: PGR where the ceiling is the supervisor's equal,
/// the two metrics of the supervisor's mistakes where it makes none.
std::vector<Json> score(const Tensor& probability_KNC, const Tensor& weak_KNC,
                        const Tensor& ceiling_KNC, const Tensor& label_KN);

/// Mean over items of the squared distance of answers [K, N, C], float64 [K].
Tensor squared_distance(const Tensor& answer_KNC, const Tensor& other_KNC);

/// What a method of a regression task says of the transfer items, with what it learned from.
struct OnTransfer {
  Tensor answer_KNC, weak_KNC, target_KN;
};

/// The "metrics" of each row of a regression task: answers [K, N, 1] on the test items against the
/// noiseless targets [K, N]. `transfer` only of methods: its metrics are null without. The
/// performance that gain, gap and PGR speak of is minus the risk.
std::vector<Json> score_regression(const Tensor& answer_KNC, const Tensor& weak_KNC,
                                   const Tensor& ceiling_KNC, const Tensor& target_KN,
                                   const std::optional<OnTransfer>& transfer);

/// The "metrics" of a row whose risks are known by a formula.
Json score_expected(const ExpectedRisks& risks);

}  // namespace assay::weak_to_strong
