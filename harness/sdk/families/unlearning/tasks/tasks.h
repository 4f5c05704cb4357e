// The family's tasks; each has a file of its own.
#pragma once

#include "sdk/families/unlearning/task.h"

namespace assay::unlearning {

TaskInfo convex();
TaskInfo fashion_mnist();
TaskInfo klom_mini();
TaskInfo npo_gaussian();
TaskInfo orthonormal_logistic();
TaskInfo tofu_mini();

}  // namespace assay::unlearning
