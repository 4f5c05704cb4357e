#include "sdk/internal/batch_room.h"
#include "sdk/internal/unlearning/epoch_checkpoints.h"
#include "sdk/internal/unlearning/retain_loader.h"

#include <assay/common/error.h>
#include <assay/unlearning.h>

#include <ATen/ATen.h>

namespace assay::unlearning {
namespace {

// Leaves an answer's positions alone, so that a sum over positions is one over the answer.
void count(const Problem& problem, Batch& batch, const Tensor& label_AB) {
  batch.logits_KBC = counted_logits(problem.likelihood, batch.logits_KBC, label_AB);
}

// The retain batch goes through the network behind the forget batch, so that one pass serves both.
class TwoSided {
 public:
  TwoSided(const Problem& problem, std::int64_t batch, const Run& run)
      : problem_(problem), loader_(problem.retain, batch, run) {}

  void append(Batch& batch) {
    forget_ = batch;
    retain_ = loader_.draw(batch);
    batch.x = joined_inputs(batch, retain_.x);
    batch.weight_AB = at::cat({batch.weight_AB, retain_.weight_AB}, 1);
    batch.share_AB = at::cat({batch.share_AB, retain_.share_AB}, 1);
  }

  Sides sides(const Batch& batch) const {
    const std::int64_t samples = forget_.x.size(1);
    Sides sides{forget_, retain_, forget_.gather(problem_.forget.label_KN),
                retain_.gather(problem_.retain.label_KN)};
    const auto part = [&](const Tensor& all, Tensor& forget, Tensor& retain) {
      if (!all.defined()) return;
      forget = all.slice(1, 0, samples);
      retain = all.slice(1, samples);
    };
    part(batch.logits_KBC, sides.forget.logits_KBC, sides.retain.logits_KBC);
    count(problem_, sides.forget, sides.forget_label_AB);
    count(problem_, sides.retain, sides.retain_label_AB);
    part(batch.features_KBD, sides.forget.features_KBD, sides.retain.features_KBD);
    return sides;
  }

 private:
  const Problem& problem_;
  RetainLoader loader_;
  Batch forget_, retain_;
};

}  // namespace

Model edit(const Model& start, const Problem& problem, const Recipe& recipe, Run& run, Reads reads,
           const std::function<Tensor(const Sides&)>& loss, const Hooks& hooks) {
  const Part& part = reads == Reads::retain ? problem.retain : problem.forget;
  if (start.rows() != part.rows() || problem.retain.rows() != part.rows()) {
    throw Error("edit: the model has " + std::to_string(start.rows()) + " rows, the forget set " +
                std::to_string(problem.forget.rows()) + ", and the retain set " +
                std::to_string(problem.retain.rows()));
  }
  EpochCheckpoints checkpoints(start, part.data, recipe, run);
  Hooks all = hooks;
  all.after_step = [&](const Batch& batch, Tensor& theta_AP) {
    if (hooks.after_step) hooks.after_step(batch, theta_AP);
    checkpoints.after_step(batch, theta_AP);
  };
  if (reads != Reads::both) {
    const auto objective = [&](const Batch& batch) {
      Sides sides;
      Batch& side = reads == Reads::forget ? sides.forget : sides.retain;
      Tensor& label_AB = reads == Reads::forget ? sides.forget_label_AB : sides.retain_label_AB;
      side = batch;
      label_AB = batch.gather(part.label_KN);
      count(problem, side, label_AB);
      return loss(sides);
    };
    return train(start, part.data, recipe, run, objective, all);
  }
  if (hooks.prepare) {
    throw Error("edit: the hook `prepare` is edit's own where both sides are read");
  }
  const std::int64_t retain_batch = problem.retain_batch > 0 ? problem.retain_batch : recipe.batch;
  TwoSided two_sided(problem, retain_batch, run);
  all.prepare = [&](Batch& batch) { two_sided.append(batch); };
  return train(
      start, part.data, recipe, run,
      [&](const Batch& batch) { return loss(two_sided.sides(batch)); }, all);
}

Model edit(const Problem& problem, Run& run, Reads reads,
           const std::function<Tensor(const Sides&)>& loss, const Hooks& hooks) {
  Recipe recipe = problem.recipe;
  if (reads == Reads::retain && problem.retain_batch > 0) recipe.batch = problem.retain_batch;
  return edit(problem.original, problem, recipe, run, reads, loss, hooks);
}

}  // namespace assay::unlearning
