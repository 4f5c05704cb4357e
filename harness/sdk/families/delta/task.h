// A task of the family: a student, pairs of responses, and how good a student is.
#pragma once

#include "sdk/families/support/stage_reader.h"
#include "sdk/internal/family.h"

#include <assay/common/parameters_json.h>
#include <assay/delta.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::delta {

/// What models measure by metric ids, float64 [K].
using Measures = std::map<std::string, Tensor>;

/// The benchmark's table `pairs`. What a number of `chosen` and `rejected` is, the task says.
struct PairSettings {
  double chosen = 0, rejected = 0;
  std::int64_t count = 0;     ///< pairs of the training set
  std::int64_t held_out = 0;  ///< pairs that margins are measured on, and prompts of answers
  bool reversed = false;
  double noise = 0;  ///< share of the training pairs that are the wrong way round
};

/// Pairs as a task makes them, before they are reversed or made noisy.
struct MadePairs {
  Tensor x;             ///< classes [K, N, F...]; sequences [K, N, 2, T]
  Tensor response_KN2;  ///< classes
  Tensor mask_KN2T;     ///< sequences
};

enum class PairSplit { train, held_out };

/// The truth about a cohort's seeds. It is opened after the method has returned, and not before.
class Truth {
 public:
  virtual ~Truth() = default;
  /// How many this process has made: tests see by it that none is made before a method has
  /// returned.
  static std::int64_t made() { return made_; }
  /// How good models are.
  virtual Measures measure(const Model& model) const = 0;
  /// What a development set says of them, larger is better, float64 [K].
  virtual Tensor development_K(const Model& model) const = 0;
  /// What is known of the seeds without a model, in every row of the benchmark.
  virtual Measures known() const { return {}; }
  /// The measures of a teacher, or of a formula; empty where the task has none.
  virtual Measures reference(const std::string& id) const = 0;

 protected:
  Truth() { ++made_; }

 private:
  inline static std::int64_t made_ = 0;
};

/// A stage of a task.
struct TaskStage {
  std::string name, title;
  Json settings;  ///< what the stage depends on, and nothing else
  std::vector<std::string> inputs;
  double cost = 0;
};

/// What a task works with.
struct Place {
  const Seeds& seeds;
  const StageReader& stages;
  at::Device device;
};

class Task {
 public:
  virtual ~Task() = default;
  virtual std::shared_ptr<const Network> network() const = 0;
  /// The metric that says how good a student is: "accuracy".
  virtual std::string measure() const = 0;
  virtual bool has_development() const { return true; }
  /// "classes" or "sequences".
  virtual std::string responses() const = 0;
  /// Of sequences: the token that ends one.
  virtual std::int64_t stop_token() const { return -1; }
  /// Ids of the references that truths of the task know.
  virtual std::vector<std::string> references() const = 0;
  /// In topological order.
  virtual std::vector<TaskStage> stages() const { return {}; }
  /// The tensors of a stage, each with the run's rows first.
  virtual std::map<std::string, Tensor> run_stage(const std::string& name, const Place& place,
                                                  Run& run) const;
  /// The student as it starts, [K, P] on the device.
  virtual Tensor start_KP(const Place& place) const = 0;
  virtual MadePairs pairs(PairSplit split, const Place& place) const = 0;
  virtual std::unique_ptr<Truth> truth(const Place& place, const Model& start) const = 0;
  /// Hashes or versions of everything the task reads, for cache keys, and paths of its files.
  virtual std::vector<std::string> data_versions() const = 0;
  virtual std::vector<std::string> data_files() const { return {}; }
};

/// What a task is made from.
struct TaskSettings {
  Json task;  ///< { "use": id, ... }
  std::optional<NetworkSpec> model;
  Json model_setting;  ///< the same as in the settings; null where it is left out
  PairSettings pairs;
  std::int64_t development = 0;  ///< items of the development set
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

/// A number of `pairs` that has to be whole, from `least` to `most`. Throws Error for another,
/// naming the setting and its meaning.
std::int64_t whole_number(const char* setting, double value, std::int64_t least, std::int64_t most,
                          const char* meaning);

}  // namespace assay::delta
