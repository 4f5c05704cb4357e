#include "sdk/internal/batch_maker.h"

#include <ATen/ATen.h>

namespace assay {

Batch BatchMaker::make(Batches& batches, const std::vector<std::int64_t>& rows,
                       const Tensor& rows_A, std::int64_t step) {
  Batch batch = make(batches.at_step(rows, step), rows_A, step);
  std::vector<double> progress;
  for (const std::int64_t row : rows) {
    progress.push_back(static_cast<double>(step) / static_cast<double>(batches.total_steps(row)));
  }
  batch.progress_A1 =
      at::tensor(at::ArrayRef<double>(progress), at::kDouble).unsqueeze(1).to(options_, true);
  return batch;
}

Batch BatchMaker::make(const Batches::Step& drawn, const Tensor& rows_A, std::int64_t step) {
  Batch batch;
  batch.step = step;
  batch.rows_A = rows_A;
  batch.cohort_rows = data_.rows();
  batch.cohort_items = data_.largest_count();
  batch.item_AB = drawn.position_AB.to(options_.device(), /*non_blocking=*/true);
  const bool all = rows_A.size(0) == data_.rows();
  batch.x = data_.gather(batch.item_AB, all ? Tensor() : rows_A).to(options_.dtype());
  if (drawn.weight_AB.defined()) {
    batch.weight_AB = drawn.weight_AB.to(options_, /*non_blocking=*/true);
    // A row without any sample has shares of zero.
    batch.share_AB =
        (drawn.weight_AB / drawn.weight_AB.sum(1, true).clamp_min(1)).to(options_, true);
    return batch;
  }
  if (!ones_AB_.defined() || ones_AB_.sizes() != batch.item_AB.sizes()) {
    ones_AB_ = at::ones(batch.item_AB.sizes(), options_);
    shares_AB_ = ones_AB_ / static_cast<double>(ones_AB_.size(1));
  }
  batch.weight_AB = ones_AB_;
  batch.share_AB = shares_AB_;
  return batch;
}

}  // namespace assay
