// The tasks of the family: where a stream's items come from.
#pragma once

#include "sdk/families/continual/stream.h"

#include <assay/common/parameters_json.h>

#include <memory>
#include <string>
#include <vector>

namespace assay::continual {

/// A task's entry in the description, and what makes its streams.
struct TaskInfo {
  std::string id;
  std::string summary;
  std::string paper;
  std::vector<ParameterSpec> parameters;
  /// Reads no data yet. Throws Error for settings that do not fit together or with the scenario.
  std::unique_ptr<Stream> (*make)(const Json& settings, Scenario scenario, const Seeds& seeds);
  /// Hashes or versions of everything the task reads, for cache keys, and the files behind them.
  std::vector<std::string> (*data_versions)();
  std::vector<std::string> (*data_files)();
};

/// All tasks, in the order they are listed.
const std::vector<TaskInfo>& tasks();
/// Throws Error for an unknown one.
const TaskInfo& find_task(const std::string& id);

TaskInfo split_fashion_mnist();
TaskInfo permuted_fashion_mnist();
TaskInfo rotated_fashion_mnist();
TaskInfo gaussian_classes();
TaskInfo linear_gaussian();

}  // namespace assay::continual
