// Passes over the forget set and over the retain set that take turns, and the checkpoint to return
// to.
#pragma once

#include <assay/unlearning.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace assay::unlearning {

/// A pass over one part, made once in every epoch of an alternating training.
struct Pass {
  const Part* part = nullptr;
  std::int64_t batch = 0;    ///< samples of a step; 0: the recipe's
  std::int64_t epochs = -1;  ///< only in so many of the first epochs; -1: in all
  /// Each active row's loss, [A], in epoch `epoch` (from 0) of the training.
  std::function<Tensor(const Batch& batch, const Tensor& label_AB, std::int64_t epoch)> loss;
};

/// Trains problem.original by the passes in turn, problem.recipe.epochs times. The learning rate
/// follows the recipe's schedule from epoch to epoch and is constant in one; every pass has an
/// optimizer of its own, without memory of the pass before (published codes keep one for all).
/// Offers a checkpoint after every epoch, and calls `after_epoch` then. Throws Error where the
/// recipe counts steps: these trainings count epochs.
Model alternate(const Problem& problem, Run& run, const std::vector<Pass>& passes,
                const Hooks& hooks = {},
                const std::function<void(const Model& model)>& after_epoch = {});

/// Training on random labels: in every epoch a pass over the forget set with labels drawn anew,
/// uniformly from all classes (the right one too), and a pass over the retain set with its own.
Model relabel(const Problem& problem, Run& run, const Hooks& hooks = {});

/// Rewinding (SCRUB+R, Kurmanji et al. 2023, arXiv:2302.09880, section 3.3): the answer is the
/// checkpoint whose error on the forget set is nearest to what the last model makes on validation
/// items, which it never saw. Each row returns to a checkpoint of its own.
class Rewind {
 public:
  Rewind(const Problem& problem, Run& run) : problem_(problem), run_(run) {}

  void keep(const Model& model);
  /// Of equally near checkpoints the later one; `last` where none was kept.
  Model nearest(const Model& last);

 private:
  const Problem& problem_;
  Run& run_;
  std::vector<Tensor> theta_KP_, error_K_;
};

/// Mean error of every row's model on a part, float64 [K]: the share of labels that are wrong
/// (gaussian: the mean of -log p). Counts forward samples.
Tensor mean_error(const Model& model, const Part& part, Likelihood likelihood, Run& run);

}  // namespace assay::unlearning
