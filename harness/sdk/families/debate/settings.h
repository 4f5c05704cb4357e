// The family's settings of a [[benchmark]], as the suite reader sees them and as the protocol does.
#pragma once

#include "sdk/families/debate/task.h"

#include <memory>
#include <string>
#include <vector>

namespace assay::debate {

/// The keys of a benchmark of this family.
std::vector<ParameterSpec> setting_specs();

/// What the liar claims.
enum class Against {
  all,  ///< each wrong answer in a game of its own
  one,  ///< a wrong answer drawn for each question
  any,  ///< that the honest side is wrong, whatever is true: no precommitment
};

struct Settings {
  TaskSettings task;
  bool simultaneous = false;
  Against against = Against::all;
  std::int64_t budget = 0;
  std::vector<std::string> pool;
  std::int64_t pool_playouts = 0;
  double seconds_per_move = 0;
  /// What methods may practise on, and for how long.
  struct {
    std::int64_t questions = 0, steps = 0, games = 0;
  } practice;

  std::unique_ptr<Task> make_task() const { return debate::make_task(task); }
};

/// Reads resolved settings. Throws Error, naming the setting, for values that do not fit together.
Settings read_settings(const Json& resolved);

}  // namespace assay::debate
