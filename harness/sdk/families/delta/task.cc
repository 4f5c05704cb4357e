#include "sdk/families/delta/task.h"

#include "sdk/families/delta/tasks/tasks.h"

#include <assay/common/error.h>

namespace assay::delta {

std::map<std::string, Tensor> Task::run_stage(const std::string& name, const Place&, Run&) const {
  throw Error("the benchmark's task has no stage '" + name + "'");
}

const std::vector<TaskInfo>& tasks() {
  static const std::vector<TaskInfo> all = {linear_delta(), markers(), modular_addition()};
  return all;
}

std::unique_ptr<Task> make_task(const TaskSettings& settings) {
  const auto use = settings.task.at("use").get<std::string>();
  for (const TaskInfo& task : tasks()) {
    if (task.id == use) return task.make(settings);
  }
  throw Error("delta has no task '" + use + "'");
}

}  // namespace assay::delta
