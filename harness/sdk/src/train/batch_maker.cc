#include "sdk/internal/batch_maker.h"

#include "sdk/internal/batch_room.h"

#include <ATen/ATen.h>
#include <memory>
#include <vector>

namespace assay {

Batch BatchMaker::make(Batches& batches, const std::vector<std::int64_t>& rows,
                       const Tensor& rows_A, std::int64_t step, std::int64_t more) {
  Batch batch = make(batches.at_step(rows, step), rows_A, step, more);
  std::vector<double> progress;
  for (const std::int64_t row : rows) {
    progress.push_back(static_cast<double>(step) / static_cast<double>(batches.total_steps(row)));
  }
  batch.progress_A1 =
      at::tensor(at::ArrayRef<double>(progress), at::kDouble).unsqueeze(1).to(options_, true);
  return batch;
}

void BatchMaker::set_inputs(Batch& batch, const Tensor& rows, std::int64_t more) const {
  if (more == 0 || !options_.device().is_cpu() || data_.dtype() != options_.dtype()) {
    batch.x = data_.gather(batch.item_AB, rows).to(options_.dtype());
    return;
  }
  const std::int64_t samples = batch.item_AB.size(1);
  std::vector<std::int64_t> shape{batch.item_AB.size(0), samples + more};
  for (const std::int64_t size : data_.item_shape()) shape.push_back(size);
  const Tensor all_ARF = at::empty(shape, options_);
  batch.x = all_ARF.narrow(1, 0, samples);
  data_.gather_into(batch.x, batch.item_AB, rows);
  batch.room = std::make_shared<BatchRoom>(all_ARF, samples);
}

Batch BatchMaker::make(const Batches::Step& drawn, const Tensor& rows_A, std::int64_t step,
                       std::int64_t more) {
  Batch batch;
  batch.step = step;
  batch.rows_A = rows_A;
  batch.cohort_rows = data_.rows();
  batch.cohort_items = data_.largest_count();
  batch.item_AB = drawn.position_AB.to(options_.device(), /*non_blocking=*/true);
  const bool all = rows_A.size(0) == data_.rows();
  set_inputs(batch, all ? Tensor() : rows_A, more);
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
