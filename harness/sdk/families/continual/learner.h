// The driver: takes a cohort of methods through a stream and keeps what they answer on the way.
#pragma once

#include "sdk/families/continual/stream.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace assay::continual {

/// What a scenario tells beside its name, and how the learning is watched.
struct StreamOptions {
  bool train_identity = true;        ///< whether the task of a training sample is known
  bool test_identity = false;        ///< whether the task of a test item is known
  std::int64_t monitor_every = 0;    ///< steps between looks at a few test items; 0: never
  std::int64_t monitor_items = 0;    ///< their number over all tasks
  std::filesystem::path checkpoint;  ///< a folder for what is needed to go on after an interruption
  /// Called when a task has been learned and its checkpoint written.
  std::function<void(std::int64_t tasks_learned)> after_task;
};

/// What was answered at one moment of the training.
struct Moment {
  std::int64_t step = 0;  ///< steps of the whole stream that were done
  std::int64_t task = 0;  ///< the task that was being learned
  Tensor answer_KM;       ///< for the first items of each task up to `task`, task by task
};

struct Learned {
  Model model;
  /// After i tasks, i = 0..T, what was answered to every test item: an output's number, or for a
  /// gaussian likelihood the number predicted. float64 [T + 1, K, T n]. i = 0 is the network as it
  /// starts.
  Tensor answer_IKN;
  /// The same where the answer is one of the outputs of the item's task; undefined for gaussian.
  Tensor identity_IKN;
  std::vector<Moment> moments;
  double stored_bytes = 0;  ///< of one row, the largest over the tasks: state and past data
};

/// Takes `method` through the tasks. Only the hooks whose bits (Method::Hook) are set in `hooks`
/// are called. Rows that fail are marked in `run`, left out from then on, and disturb no other.
Learned run_stream(const Problem& problem, const Stream& stream, Method& method,
                   std::uint32_t hooks, Run& run, const StreamOptions& options = {});

}  // namespace assay::continual
