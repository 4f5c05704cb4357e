#include "sdk/families/debate/task.h"

#include "sdk/families/debate/tasks/tasks.h"

#include <assay/common/error.h>

#include <functional>
#include <numeric>

namespace assay::debate {

std::map<std::string, Tensor> Task::run_stage(const std::string& name, const Place&, Run&) const {
  throw Error("the benchmark's task has no stage '" + name + "'");
}

std::int64_t Task::places() const {
  const std::vector<std::int64_t> sides = shape();
  return std::accumulate(sides.begin(), sides.end(), std::int64_t{1}, std::multiplies<>());
}

const std::vector<TaskInfo>& tasks() {
  static const std::vector<TaskInfo> all = {evidence(), fashion_mnist(), glyphs()};
  return all;
}

std::unique_ptr<Task> make_task(const TaskSettings& settings) {
  const auto use = settings.task.at("use").get<std::string>();
  for (const TaskInfo& task : tasks()) {
    if (task.id == use) return task.make(settings);
  }
  throw Error("debate has no task '" + use + "'");
}

}  // namespace assay::debate
