// What is needed to go on in the middle of a stream: written after every task, read when the same
// job runs again. Random streams need nothing: they are keyed by what is drawn for.
#pragma once

#include "sdk/families/continual/learner.h"

#include <filesystem>

namespace assay::continual {

/// How far a stream has come.
struct Progress {
  std::int64_t learned = 0;  ///< tasks
  std::int64_t steps = 0;    ///< of the monitor's clock
  Model model;
  std::vector<Tensor> answers, identities;
  std::vector<Moment> moments;
  double stored_bytes = 0;
};

/// Writes progress, the method's state and what the run has recorded to `folder`, at once or not at
/// all. Does nothing for an empty path.
void save_checkpoint(const std::filesystem::path& folder, Progress& progress, Method& method,
                     Run& run);

/// Reads it back into a run that has recorded nothing. False when there is none; one that is
/// damaged or of other seeds is told of on standard error and removed.
bool load_checkpoint(const std::filesystem::path& folder, Progress& progress, Method& method,
                     const Problem& problem, Run& run);

}  // namespace assay::continual
