// Linear regression on independent Gaussian features, in float64: tasks on which the theory of
// weak-to-strong generalization is exact.
#pragma once

#include "sdk/families/weak_to_strong/task.h"

namespace assay::weak_to_strong {

/// Supervisor and student see the same features: whatever the supervisor says, a student that fits
/// it by least squares gains what it misfits (Charikar et al. 2024, arXiv:2405.15116).
TaskInfo linear_gaussian();

/// Each sees features of its own and some that both see; the target lies in those. The expected
/// risks of least-squares fits are known (in the setting of Dong et al. 2025, arXiv:2502.05075).
TaskInfo subspace();

}  // namespace assay::weak_to_strong
