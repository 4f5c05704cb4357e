// The training loop of a cohort. Gradients of different rows never mix: objectives return one loss
// per row, the loop sums them over rows before backward.
#pragma once

#include <assay/dataset.h>
#include <assay/network.h>
#include <assay/run.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace assay {

/// How to train. Defaults are those of a suite that says nothing.
struct Recipe {
  std::int64_t epochs = 8;
  std::int64_t steps = 0;            ///< when positive: so many steps, in place of `epochs`
  std::int64_t batch = 64;
  double lr = 1e-3;
  std::string schedule = "cosine";   ///< "constant", "linear" or "cosine", to zero at the last step
  double warmup = 0;                 ///< share of the steps with a linear rise
  std::string optimizer = "adamw";   ///< "adamw" or "sgd"
  double weight_decay = 0;           ///< decoupled, for both
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double momentum = 0;               ///< sgd
  double clip = 0;                   ///< largest norm of a row's gradient; 0: none
  Tensor lr_K1;                      ///< when defined, each row's own learning rate
};

/// The settings of a recipe as a suite writes them, with `defaults` as their defaults.
std::vector<ParameterSpec> recipe_settings(const Recipe& defaults = {});

/// Learning rate at `step` (0-based) of `steps` as a share of the peak: a pure function. The first
/// w = round(warmup * steps) steps rise as (step + 1) / w; after them, with s = (step - w) /
/// (steps - w): "linear" is 1 - s, "cosine" (1 + cos(pi s)) / 2, so zero is where step `steps` would be.
double schedule_factor(const std::string& schedule, double warmup, std::int64_t step,
                       std::int64_t steps);

class BatchRoom;

/// One step's batch, as an objective sees it. A is the number of active rows: rows that have ended
/// or failed are absent. Per-row and per-item tensors of the whole cohort come in through row() and
/// gather().
struct Batch {
  std::int64_t step = 0;
  Tensor rows_A;          ///< which rows of the cohort are active (int64)
  Tensor x;               ///< inputs [A, B, F...]; rows may lie apart: reshape(), not view()
  Tensor item_AB;         ///< positions in the row's training set (int64)
  Tensor weight_AB;       ///< 1 for a sample, 0 for padding
  Tensor share_AB;        ///< weight_AB over its row's sum
  Tensor progress_A1;     ///< share of the row's steps that are done, in [0, 1)
  Tensor logits_KBC;      ///< outputs [A, B, C]
  Tensor features_KBD;    ///< [A, B, D] when the training was started with want_features
  std::int64_t cohort_rows = 0;    ///< K
  std::int64_t cohort_items = 0;   ///< N, items of the largest row
  std::shared_ptr<BatchRoom> room; ///< the harness's: memory behind x for what `prepare` appends

  /// Rows of a per-row tensor [K, ...] that are active: [A, ...]. These three throw Error for other
  /// shapes, saying what came and what is expected.
  Tensor row(const Tensor& value_K) const;
  /// Entries of a per-item tensor [K, N, ...] that belong to this batch: [A, B, ...].
  Tensor gather(const Tensor& value_KN) const;
  /// Weighted mean over the batch: [A, B] to [A].
  Tensor mean(const Tensor& value_KB) const;
};

/// Returns each active row's loss, [A].
using Objective = std::function<Tensor(const Batch&)>;

/// Optional places to act inside the loop; an unset hook costs nothing. All act on active rows, and
/// run without recording gradients.
struct Hooks {
  bool want_features = false;
  /// Before the forward pass. May edit the batch's inputs and append samples to them: x, weight_AB and
  /// share_AB then have more columns than item_AB, and gather() speaks of the items alone.
  /// Of a causal network's inputs it may cut the end of the last axis, which is time.
  std::function<void(Batch&)> prepare;
  std::function<void(const Batch&, const Tensor& theta_AP, Tensor& gradient_AP)> after_backward;
  std::function<void(const Batch&, Tensor& theta_AP)> after_step;
};

/// Trains `start` on `data` and returns the trained cohort; `start` is not changed. Batches follow
/// the rows' stream "assay.batches", keyed by the epoch. Epochs are counted over all trainings of a run
/// by the curve "loss", so a second one goes through its items in other orders. A row's last batch of an epoch may be short (weights 0). A row
/// whose loss turns non-finite fails alone, and gets back its starting parameters; rows that have
/// failed before are left out. Records the curve "loss" (mean of each epoch, from epoch 1 on; of the last one the part that was trained), counts
/// gradient samples (those that `prepare` appended too) and 3 x forward FLOPs for each. The data and theta lie on one device.
/// Throws Error when rows, recipe or shapes do not fit, or the objective's answer is not a
/// differentiable [A].
Model train(const Model& start, const Dataset& data, const Recipe& recipe, Run& run,
            const Objective& objective, const Hooks& hooks = {});

/// Logits of every item, float [K, N, C] ([K, N, ..., T, C] of sequences; padding rows are zero),
/// without gradients, in large batches. Counts forward samples when `run` is given.
Tensor predict_logits(const Model& model, const Dataset& data, Run* run = nullptr);

/// softmax of predict_logits; zero in padding rows.
Tensor predict_probabilities(const Model& model, const Dataset& data, Run* run = nullptr);

}  // namespace assay
