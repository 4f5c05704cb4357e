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

/// Rungs that a ladder may have: each has a reference row of its own.
inline constexpr std::int64_t longest_ladder = 4;

struct Settings {
  Json task;  ///< { "use": id, ... }
  Sizes sizes;
  std::int64_t weak_view = 0;  ///< 0: the student's
  NetworkSpec weak, strong;
  std::int64_t supervisors = 1;     ///< of the ensemble, the supervisor among them
  bool least_squares = false;       ///< stages fit output layers in closed form, and train nothing
  std::vector<NetworkSpec> ladder;  ///< from the smallest on
  Recipe ladder_recipe;             ///< of rungs, on the labels of the rung below
  Recipe weak_recipe;               ///< of the supervisor, on its labels
  Recipe train;                     ///< of students, on weak labels
  Recipe ceiling;                   ///< of the student on true labels of the transfer half
  Recipe few_labels;                ///< of the student on the supervisor's labels
  struct Pretrain {
    std::int64_t tasks = 0;  ///< binary tasks that are learned together
    Recipe recipe;
  };
  std::optional<Pretrain> pretrain;

  std::unique_ptr<Task> make_task() const;
};

/// Reads resolved settings. Throws Error, naming the setting, for values that do not fit together.
Settings read_settings(const Json& resolved);

/// "rung2": the stage of a rung, counted from 1, and the key of its network in the table `ladder`.
std::string rung_name(std::int64_t rung);
/// "pretrained" of the student (rung 0), else "pretrained_rung2".
std::string pretrained_name(std::int64_t rung);
/// The rung that a stage belongs to, 0 for a stage of the student or the supervisor.
std::int64_t rung_of(const std::string& stage);

/// The part of `resolved` that a stage depends on, and nothing else: its cache key.
Json stage_settings(const Json& resolved, const std::string& stage);

}  // namespace assay::weak_to_strong
