// A task of the family: questions with hidden evidence, their truth, and a judge.
#pragma once

#include "sdk/families/debate/judge.h"
#include "sdk/families/support/task_stage.h"
#include "sdk/internal/family.h"

#include <assay/common/parameters_json.h>
#include <assay/train.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::debate {

/// N questions of every row.
struct Questions {
  Tensor value_KNV;  ///< the evidence
  Tensor legal_KNV;  ///< places that may be named, bool: at least as many as a game has turns
};

class Task {
 public:
  virtual ~Task() = default;
  virtual std::int64_t answers() const = 0;
  /// Places as they lie: [V], or [H, W] of pictures.
  virtual std::vector<std::int64_t> shape() const = 0;
  virtual std::int64_t questions() const = 0;
  /// Numbers that a judge has been trained to: its size, for records and cohorts.
  virtual std::int64_t judge_parameters() const { return 0; }
  virtual double judge_flops() const { return 0; }
  virtual std::vector<TaskStage> stages() const { return {}; }
  /// The tensors of a stage, each with the run's rows first.
  virtual std::map<std::string, Tensor> run_stage(const std::string& name, const Place& place,
                                                  Run& run) const;
  virtual Questions make_questions(const Place& place) const = 0;
  virtual std::unique_ptr<Judge> judge(const Place& place) const = 0;
  /// What is true, int64 [K, N]. Methods never get it.
  virtual Tensor truth_KN(const Place& place) const = 0;
  /// Logits of somebody who sees all the evidence, [K, N, C].
  virtual Tensor expert_KNC(const Place& place) const = 0;
  /// The same task with so many questions that are none of its own, to practise on; same judges.
  virtual std::unique_ptr<Task> practice(std::int64_t questions) const = 0;
  /// Hashes or versions of everything the task reads, for cache keys, and paths of its files.
  virtual std::vector<std::string> data_versions() const = 0;
  virtual std::vector<std::string> data_files() const { return {}; }

  std::int64_t places() const;
};

/// What a task is made from.
struct TaskSettings {
  Json task;  ///< { "use": id, ... }
  std::int64_t turns = 0;
  NetworkSpec judge;  ///< of tasks whose judge is trained
  Json judge_setting;
  Recipe train;
  Json train_setting;
};

/// A task's entry in the description, and its settings.
struct TaskInfo {
  std::string id;
  std::string summary;
  std::string paper;
  std::vector<ParameterSpec> parameters;
  /// Throws Error for settings that do not fit together.
  std::unique_ptr<Task> (*make)(const TaskSettings& settings);
};

/// All tasks, in the order they are listed.
const std::vector<TaskInfo>& tasks();

std::unique_ptr<Task> make_task(const TaskSettings& settings);

}  // namespace assay::debate
