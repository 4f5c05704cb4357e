// The family's settings of a [[benchmark]], as the suite reader sees them and as the protocol does.
#pragma once

#include "sdk/families/unlearning/task.h"

#include <assay/network.h>
#include <assay/train.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::unlearning {

/// The keys of a benchmark of this family.
std::vector<ParameterSpec> setting_specs();

struct Settings {
  Json task;                         ///< { "use": id, ... }
  std::optional<NetworkSpec> model;  ///< absent: the task's own
  Recipe train;                      ///< of the original and of the retrained models
  Recipe budget;                     ///< of methods
  std::int64_t retain_batch = 0;
  std::int64_t models = 1;      ///< originals of a seed, each of which is unlearned
  std::int64_t oracles = 1;     ///< retrained models of a seed that answers are compared with
  std::int64_t spare = 0;       ///< retrained models of a seed that methods may ask for
  std::int64_t trajectory = 1;  ///< of so many checkpoints one is scored
  struct Attribution {
    bool influence = false;  ///< else datamodels
    std::int64_t datamodels = 0;
    double ridge = 0;
  };
  std::optional<Attribution> attribution;
  std::optional<Recipe> relearn;  ///< of the attack that teaches the forget set again

  std::unique_ptr<Task> make_task() const { return unlearning::make_task(task); }
};

/// Reads resolved settings. Throws Error, naming the setting, for values that do not fit together.
Settings read_settings(const Json& resolved);

/// The part of `resolved` that a stage depends on, and nothing else: its cache key.
Json stage_settings(const Json& resolved, const std::string& stage);

}  // namespace assay::unlearning
