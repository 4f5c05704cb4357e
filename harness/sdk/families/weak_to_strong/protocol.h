// The protocol's common pieces: the student as it starts, and a method's problem.
#pragma once

#include "sdk/families/support/stage_reader.h"
#include "sdk/families/weak_to_strong/settings.h"

#include <assay/weak_to_strong.h>

namespace assay::weak_to_strong {

/// The student of every method, the ceiling and few-labels: of one seed they start from the same
/// values. Pretrained: the stage's body under a head of zeros; else fresh from the rows' streams.
Model starting_student(const Settings& settings, const Task& task, const Seeds& seeds,
                       const StageReader& stages, at::Device device);

/// What a method sees. A row whose stages failed gets uniform labels and a student of zeros, so that
/// the cohort's other rows keep their company and with it their bits.
Problem make_problem(const Settings& settings, const Task& task, const Seeds& seeds,
                     const StageReader& stages, at::Device device);

/// Cross entropy against per-item targets [K, N, C].
Objective cross_entropy_with(Tensor target_KNC);

}  // namespace assay::weak_to_strong
