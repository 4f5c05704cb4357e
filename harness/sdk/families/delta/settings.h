// The family's settings of a [[benchmark]], as the suite reader sees them and as the protocol does.
#pragma once

#include "sdk/families/delta/task.h"

#include <memory>
#include <string>
#include <vector>

namespace assay::delta {

/// The keys of a benchmark of this family.
std::vector<ParameterSpec> setting_specs();

struct Settings {
  TaskSettings task;
  Recipe train;
  std::vector<std::int64_t> curve;   ///< steps, rising, the last one of the training among them
  bool stop_on_development = false;  ///< else after the last step

  std::unique_ptr<Task> make_task() const { return delta::make_task(task); }
};

/// Reads resolved settings. Throws Error, naming the setting, for values that do not fit together.
Settings read_settings(const Json& resolved);

/// Steps that a recipe has on so many items.
std::int64_t steps_of(const Recipe& recipe, std::int64_t items);

}  // namespace assay::delta
