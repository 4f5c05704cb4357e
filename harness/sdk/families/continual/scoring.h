// What was answered on the way, against the truth.
#pragma once

#include "sdk/families/continual/learner.h"

#include <assay/common/parameters_json.h>
#include <assay/run.h>

#include <vector>

namespace assay::continual {

/// R[i][j] of every row, float64 [K, T + 1, T]: the value on task j after i tasks (i = 0: before
/// the first). Categorical: the share of right answers; gaussian: R^2, 1 - (sum of squared errors)
/// / (sum of squares about the task's mean).
Tensor value_matrix_KIT(const Tensor& answer_IKN, const Tensor& label_KN, std::int64_t tasks,
                        Likelihood likelihood);

/// The metrics that a row's R gives, T being its number of tasks; rows i count from 1 here
/// (Lopez-Paz and Ranzato 2017, arXiv:1706.08840; Chaudhry et al. 2018, arXiv:1801.10112):
///   acc = mean_j R[T][j]           aia = mean_i mean_{j <= i} R[i][j]     la = mean_j R[j][j]
///   bwt = mean_{j < T} (R[T][j] - R[j][j])    fwt = mean_{j > 1} (R[j-1][j] - R[0][j])
///   forgetting = mean_{j < T} (max_{j <= l < T} R[l][j] - R[T][j]), from
///   the task's own training on (the paper's maximum is over all l < T)
/// bwt, fwt and forgetting of one task are null. `transfers`: whether fwt means something.
Json stream_metrics(const Tensor& value_IT, bool transfers);

/// The smallest value on each earlier task at any moment after it was learned, mean over these
/// tasks (De Lange et al. 2023, arXiv:2205.13452, min-ACC); null without moments. Records the
/// curves "training.task1".. of the row.
Json watched_metric(const std::vector<Moment>& moments, const Tensor& label_KN, std::int64_t tasks,
                    Likelihood likelihood, std::int64_t row, Json& curves);

}  // namespace assay::continual
