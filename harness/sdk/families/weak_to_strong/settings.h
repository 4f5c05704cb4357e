// The family's settings of a [[benchmark]], as the suite reader sees them and as the protocol does.
#pragma once

#include "sdk/families/weak_to_strong/task.h"

#include <assay/network.h>
#include <assay/train.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::weak_to_strong {

/// The keys of a benchmark of this family.
std::vector<ParameterSpec> setting_specs();

struct Settings {
  Json task;                    ///< { "use": id, ... }
  Sizes sizes;
  std::int64_t weak_view = 0;   ///< 0: the student's
  NetworkSpec weak, strong;
  Recipe weak_recipe;           ///< of the supervisor, on its labels
  Recipe train;                 ///< of students, on weak labels
  Recipe ceiling;               ///< of the student on true labels of the transfer half
  Recipe few_labels;            ///< of the student on the supervisor's labels
  struct Pretrain {
    std::int64_t tasks = 0;     ///< binary tasks that are learned together
    Recipe recipe;
  };
  std::optional<Pretrain> pretrain;

  std::unique_ptr<Task> make_task() const;
};

/// Reads resolved settings. Throws Error, naming the setting, for values that do not fit together.
Settings read_settings(const Json& resolved);

/// The part of `resolved` that a stage depends on, and nothing else: its cache key.
Json stage_settings(const Json& resolved, const std::string& stage);

}  // namespace assay::weak_to_strong
