// Stages of a task's own: what it trains or plays once for all cells of a benchmark.
#pragma once

#include "sdk/families/support/stage_reader.h"

#include <string>
#include <vector>

namespace assay {

/// As a task lists it, after those that it reads.
struct TaskStage {
  std::string name, title;
  Json settings;  ///< what the stage depends on, and nothing else
  double cost = 0;
  std::vector<std::string> inputs = {};  ///< stages of the same task that it reads
};

/// An entry of "stages" of an expansion (docs/protocol.md).
inline Json to_json(const TaskStage& stage) {
  return {{"name", stage.name},
          {"title", stage.title},
          {"settings", stage.settings},
          {"inputs", stage.inputs},
          {"cost", stage.cost}};
}

/// What a task works with.
struct Place {
  const Seeds& seeds;
  const StageReader& stages;
  at::Device device;
};

}  // namespace assay
