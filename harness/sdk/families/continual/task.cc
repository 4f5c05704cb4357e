#include "sdk/families/continual/task.h"

#include <assay/common/error.h>

namespace assay::continual {

const std::vector<TaskInfo>& tasks() {
  static const std::vector<TaskInfo> all = {split_fashion_mnist(), permuted_fashion_mnist(),
                                            rotated_fashion_mnist(), gaussian_classes(),
                                            linear_gaussian()};
  return all;
}

const TaskInfo& find_task(const std::string& id) {
  for (const TaskInfo& task : tasks()) {
    if (task.id == id) return task;
  }
  throw Error("continual has no task '" + id + "'");
}

}  // namespace assay::continual
