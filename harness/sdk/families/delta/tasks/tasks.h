// The tasks, each in a file of its own.
#pragma once

#include "sdk/families/delta/task.h"

namespace assay::delta {

TaskInfo bytes();
TaskInfo linear_delta();
TaskInfo markers();
TaskInfo modular_addition();

}  // namespace assay::delta
