#include "sdk/families/delta/task.h"

#include "sdk/families/delta/tasks/tasks.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <cmath>

namespace assay::delta {

std::map<std::string, Tensor> Task::run_stage(const std::string& name, const Place&, Run&) const {
  throw Error("the benchmark's task has no stage '" + name + "'");
}

const std::vector<TaskInfo>& tasks() {
  static const std::vector<TaskInfo> all = {bytes(), linear_delta(), markers(), modular_addition()};
  return all;
}

std::unique_ptr<Task> make_task(const TaskSettings& settings) {
  const auto use = settings.task.at("use").get<std::string>();
  for (const TaskInfo& task : tasks()) {
    if (task.id == use) return task.make(settings);
  }
  throw Error("delta has no task '" + use + "'");
}

std::int64_t whole_number(const char* setting, double value, std::int64_t least, std::int64_t most,
                          const char* meaning) {
  if (value >= static_cast<double>(least) && value <= static_cast<double>(most) &&
      value == std::floor(value)) {
    return static_cast<std::int64_t>(value);
  }
  throw Error(std::string(setting) + " is " + number_text(value) + ": " + meaning +
              ", a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

}  // namespace assay::delta
