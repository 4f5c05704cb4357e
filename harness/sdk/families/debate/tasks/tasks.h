// The family's tasks, a file each.
#pragma once

#include "sdk/families/debate/task.h"

namespace assay::debate {

/// The setting `order` of a task whose judge weighs reveals by turn_weights().
inline ParameterSpec order_bias() {
  return real("order", 0)
      .range(-1, 1)
      .help(
          "bias of the judge: how much more the last reveal weighs than the first, as a share of "
          "both; 0: none");
}

TaskInfo evidence();
TaskInfo fashion_mnist();
TaskInfo glyphs();

}  // namespace assay::debate
