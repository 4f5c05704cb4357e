// The family's tasks, a file each.
#pragma once

#include "sdk/families/debate/task.h"

namespace assay::debate {

TaskInfo evidence();
TaskInfo fashion_mnist();
TaskInfo glyphs();

}  // namespace assay::debate
