// Models of a seed: how many of them are trained, and from which streams.
#pragma once

#include "sdk/families/unlearning/settings.h"

#include <string>
#include <vector>

namespace assay::unlearning {

/// Seeds of `each` models of every seed in the role `role` ("original", "oracles", ...), seed by
/// seed: each model has streams of its own. The first original has its seed itself.
Seeds model_seeds(const Seeds& seeds, const std::string& role, std::int64_t each);

/// What all models of a benchmark share.
struct Maker {
  const Task& task;
  std::shared_ptr<const Network> network;
  at::Device device = at::kCPU;

  Maker(const Settings& settings, const Task& task, at::Device device)
      : task(task), network(task.network(settings.model)), device(device) {}

  /// New initial values, in the task's type.
  Model start(const Seeds& of_models, const std::string& purpose) const;
  /// Items as a data set; items with a negative place end their row.
  Dataset data(const Items& items) const;
  /// What a method sees of a split.
  Part part(const Items& items) const;
};

/// Models trained for S seeds, and what they cost.
struct Trained {
  Tensor theta_SNP;
  std::vector<double> samples_S;       ///< gradient samples of one model
  std::vector<std::string> failure_S;  ///< the first of the seed's models that failed, or ""
};

/// Trains `each` models of every seed of outer.seeds() by `recipe` on `items` (rows of models: S x
/// each), or solves for them where the task does; `start` undefined: from new initial values.
/// Counts costs and the curve "loss", means over the models, in `outer`.
Trained train_models(const Maker& maker, const Recipe& recipe, const Items& items,
                     const std::string& role, std::int64_t each, Run& outer,
                     const Tensor& start_KP = {});

}  // namespace assay::unlearning
