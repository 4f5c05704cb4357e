// The protocol's common pieces: the student as it starts, and a method's problem.
#pragma once

#include "sdk/families/support/stage_reader.h"
#include "sdk/families/weak_to_strong/settings.h"

#include <assay/weak_to_strong.h>

namespace assay::weak_to_strong {

/// The student of every method, the ceiling and few-labels (rung 0), or a rung of the ladder: of
/// one seed each starts from the same values. Pretrained: the stage's body under a head of zeros;
/// else fresh from the rows' streams.
Model starting_model(const Settings& settings, const Task& task, std::int64_t rung,
                     const Seeds& seeds, const StageReader& stages, at::Device device);

/// The network of the student (rung 0) or of a rung, for the task's inputs as students see them.
std::shared_ptr<const Network> network_of(const Settings& settings, std::int64_t rung,
                                          const Task& task, std::int64_t outputs);

/// The streams that the student's (rung 0) or a rung's initial values are drawn from.
Streams starting_streams(std::int64_t rung, const Seeds& seeds);

/// The stage whose labels rung `rung` learns from: the rung below, or the supervisor.
std::string teacher_of(std::int64_t rung);

/// What a method sees. A row whose stages failed gets uniform labels and a student of zeros, so
/// that the cohort's other rows keep their company and with it their bits.
Problem make_problem(const Settings& settings, const Task& task, const Seeds& seeds,
                     const StageReader& stages, at::Device device);

}  // namespace assay::weak_to_strong
