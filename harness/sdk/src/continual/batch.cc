#include "sdk/internal/batch_room.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/continual.h>

#include <ATen/ATen.h>

namespace assay::continual {

Samples Batch::stream() const {
  const auto mine = [this](const Tensor& value) {
    return value.defined() ? value.detach().narrow(1, 0, current) : Tensor();
  };
  return {mine(x), mine(label_AB), mine(allowed_ABC), mine(logits_KBC), mine(weight_AB)};
}

void Batch::append(const Samples& samples) {
  if (logits_KBC.defined()) {
    throw Error("Batch::append: " + place +
                " appended samples after the forward pass; append them in prepare_batch");
  }
  if (!samples.empty()) {
    if (samples.x.size(0) != x.size(0) || samples.x.sizes().slice(2) != x.sizes().slice(2)) {
      throw Error("Batch::append: expected inputs of the batch's rows and items, " + shape_text(x) +
                  " but for their number, got " + shape_text(samples.x));
    }
    const auto join = [](Tensor& mine, const Tensor& more) {
      mine = at::cat({mine, more.to(mine.device(), mine.scalar_type())}, 1);
    };
    x = joined_inputs(*this, samples.x);
    join(label_AB, samples.label_AM);
    join(allowed_ABC, samples.allowed_AMC);
    join(weight_AB, samples.weight_AM);
    share_AB = weight_AB / weight_AB.sum(1, true);
  }
  part_ends.push_back(x.size(1));
}

Tensor Batch::part(const Tensor& value_AB, std::int64_t part) const {
  if (part < 0 || part >= parts()) {
    throw Error("Batch::part: there is no part " + std::to_string(part) + " of a batch with " +
                std::to_string(parts()));
  }
  const auto at = static_cast<std::size_t>(part);
  const std::int64_t begin = part == 0 ? 0 : part_ends[at - 1];
  return value_AB.narrow(1, begin, part_ends[at] - begin);
}

Tensor Batch::mean_of_part(const Tensor& value_AB, std::int64_t part) const {
  const Tensor weight = this->part(weight_AB, part), value = this->part(value_AB, part);
  // The small number leaves a part whose weights are all zero at zero.
  return (value * weight).sum(1) / weight.sum(1).clamp_min(1e-12);
}

Tensor Batch::losses() const {
  const bool classes = likelihood == Likelihood::categorical;
  return -log_likelihood(likelihood, classes ? restricted(logits_KBC, allowed_ABC) : logits_KBC,
                         label_AB);
}

Tensor Batch::task_AB() const {
  if (!task_known_AB.defined()) {
    throw Error(place +
                " asked for the task of training samples, which is not known in training there; a "
                "method that cannot do without says needs(\"train_identity\")");
  }
  return task_known_AB;
}

}  // namespace assay::continual
