// A stream of tasks as the host holds it. No method sees one: it is given Problem, Task, Batch and
// Query, which hold the present task's training data and unlabelled test inputs alone.
#pragma once

#include "sdk/internal/family.h"

#include <assay/continual.h>
#include <assay/dataset.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace assay::continual {

struct Items {
  Dataset data;
  Tensor label_KN;  ///< as Task::label_KN
};

/// The true answers, opened only when asked for and after the stream has been learned.
class Truth {
 public:
  virtual ~Truth() = default;
  /// Labels of the items of Stream::test(), [K, T n].
  virtual Tensor labels_KN() const = 0;
  /// Where learning all tasks exactly would end, [K, P] in the order of the model's parameters;
  /// undefined where no closed form is known.
  virtual Tensor posterior_KP() const { return {}; }
};

/// The tasks of a block of seeds. Of every row all tasks have the same numbers of items.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual std::int64_t rows() const = 0;
  virtual std::int64_t tasks() const = 0;  ///< T
  virtual Likelihood likelihood() const { return Likelihood::categorical; }
  virtual std::vector<std::int64_t> input_shape() const = 0;
  /// Which outputs each task has, bool [T, C].
  virtual Tensor outputs_TC() const = 0;
  /// The training items of the tasks `tasks`, task by task in that order.
  virtual Items training(const std::vector<std::int64_t>& tasks) const = 0;
  /// Items held out from training, for tuning; the same order.
  virtual Items validation(const std::vector<std::int64_t>& tasks) const = 0;
  /// The inputs of all tasks' test items, task by task.
  virtual Dataset test() const = 0;
  virtual std::unique_ptr<Truth> truth() const = 0;

  std::int64_t outputs() const { return outputs_TC().size(1); }  ///< C
  /// 0, 1, .. T - 1.
  std::vector<std::int64_t> all_tasks() const;
};

/// The scenario's outputs of T tasks with `each` outputs a task, bool [T, C]: a task's own ones
/// behind the others' (task, class), or the same ones in every task (domain).
Tensor scenario_outputs_TC(Scenario scenario, std::int64_t tasks, std::int64_t each);

}  // namespace assay::continual
