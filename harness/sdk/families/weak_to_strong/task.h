// A task of the family: where inputs and truth come from, and how a seed splits them.
#pragma once

#include "sdk/families/support/finish_stage.h"
#include "sdk/families/support/task_stage.h"
#include "sdk/internal/family.h"

#include <assay/common/parameters_json.h>
#include <assay/dataset.h>
#include <assay/likelihood.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::weak_to_strong {

/// What an item is used for. The splits of one seed never share an item.
enum class Split { pretrain, labels, transfer, validation, test };

/// "transfer": part of the purposes that generated items are drawn for.
const char* name_of(Split split);

/// How an item is looked at: as the supervisor sees it, or as the student does.
enum class View { weak, strong };

/// Items of each split, per seed.
struct Sizes {
  std::int64_t pretrain = 0, labels = 0, transfer = 0, validation = 0, test = 0;

  std::int64_t of(Split split) const;
};

/// Names of generated items, one split of each seed: counted from zero, int64 [K, N].
Tensor counted_items_KN(std::int64_t items, const Seeds& seeds);

/// The true answers. A task opens its truth only when asked and keeps none of it: stages and
/// scoring ask, building a problem does not. While a method runs, its job has read neither labels
/// nor the ceiling's predictions, and holds none of an earlier job's.
class Truth {
 public:
  virtual ~Truth() = default;
  /// Labels of a split's items, int64 [K, N]; of a regression task float64.
  virtual Tensor labels_KN(Split split, const Seeds& seeds) const = 0;
  /// What the labels of a split are without their noise: what answers are scored against.
  virtual Tensor targets_KN(Split split, const Seeds& seeds) const {
    return labels_KN(split, seeds);
  }
  /// Answers of the `tasks` binary pretraining tasks for the items of Split::pretrain, float32
  /// [K, N, tasks] of 0 and 1.
  virtual Tensor pretraining_KNT(std::int64_t tasks, const Seeds& seeds) const = 0;
};

/// Expected risks by a formula: of the supervisor, of a student that fits its answers by least
/// squares, and of the ceiling.
struct ExpectedRisks {
  double weak = 0, student = 0, ceiling = 0;
};

class Task {
 public:
  virtual ~Task() = default;
  virtual Likelihood likelihood() const { return Likelihood::categorical; }
  /// Number of outputs: of a regression task 1.
  virtual std::int64_t classes() const = 0;
  /// The numbers that models of the task compute with.
  virtual at::ScalarType type() const { return at::kFloat; }
  /// Where a formula of the risks is known.
  virtual std::optional<ExpectedRisks> expected_risks() const { return std::nullopt; }
  /// Shape of one item, e.g. [14, 14].
  virtual std::vector<std::int64_t> input_shape(View view) const = 0;
  /// Inputs of a split's items, one row a seed (seeds may repeat).
  virtual Dataset inputs(Split split, View view, const Seeds& seeds) const = 0;
  /// The same as supervisor `supervisor` sees them, 0-based: of most tasks all see View::weak.
  /// Reads the stages stages_of(supervisor).
  virtual Dataset weak_inputs(Split split, std::int64_t supervisor, const Place& place) const;
  /// Stages of the task's own, for so many supervisors.
  virtual std::vector<TaskStage> stages(std::int64_t supervisors) const;
  virtual std::vector<std::string> stages_of(std::int64_t supervisor) const;
  virtual StageResult run_stage(const std::string& name, const Place& place, Run& run) const;
  /// Names of a split's items for records, int64 [K, N]: positions in the task's files, or counted
  /// from zero where items are generated.
  virtual Tensor items_KN(Split split, const Seeds& seeds) const = 0;
  virtual std::unique_ptr<Truth> truth() const = 0;
  /// Answers of each class to the binary pretraining tasks, float32 [K, C, tasks]. Undefined when
  /// they are not a function of the class, so that no class can be read off the pretraining head.
  virtual Tensor codes_KCT(std::int64_t tasks, const Seeds& seeds) const = 0;
  /// Hashes or versions of everything the task reads, for cache keys.
  virtual std::vector<std::string> data_versions() const = 0;
  /// Paths of the files that data_versions() looked at: when one changes, ask again.
  virtual std::vector<std::string> data_files() const = 0;
};

/// A task's entry in the description: {"id", "summary", "paper", "parameters"} and its settings.
struct TaskInfo {
  std::string id;
  std::string summary;
  std::string paper;
  std::vector<ParameterSpec> parameters;
  /// Throws Error for settings that do not fit together. `weak_view` is 0 for the student's.
  std::unique_ptr<Task> (*make)(const Json& settings, const Sizes& sizes, std::int64_t weak_view);
  /// The part of the settings that inputs of a view depend on; nullptr: all of them.
  Json (*seen)(const Json& settings, View view) = nullptr;
};

/// All tasks, in the order they are listed.
const std::vector<TaskInfo>& tasks();

/// Builds the task `settings["use"]` names. `sizes` are the benchmark's.
std::unique_ptr<Task> make_task(const Json& settings, const Sizes& sizes, std::int64_t weak_view);
/// TaskInfo::seen of that task.
Json seen_settings(const Json& settings, View view);

}  // namespace assay::weak_to_strong
