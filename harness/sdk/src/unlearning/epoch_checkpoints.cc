#include "sdk/internal/unlearning/epoch_checkpoints.h"

#include <ATen/ATen.h>
#include <algorithm>

namespace assay::unlearning {
namespace {

std::size_t at(std::int64_t row) {
  return static_cast<std::size_t>(row);
}

}  // namespace

std::int64_t epochs_before(const Run& run, std::int64_t row) {
  const auto& curves = run.curves(row);
  const auto loss = curves.find("loss");
  return loss == curves.end() || loss->second.empty() ? 0 : loss->second.back().first;
}

EpochCheckpoints::EpochCheckpoints(const Model& start, const Dataset& data, const Recipe& recipe,
                                   Run& run)
    : run_(run), latest_KP_(start.theta_KP.detach().clone()), done_K_(at(data.rows()), 0) {
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    epoch_steps_K_.push_back(std::max<std::int64_t>(
        (data.count(row) + recipe.batch - 1) / std::max<std::int64_t>(recipe.batch, 1), 1));
    offset_ = std::max(offset_, epochs_before(run, row));
  }
}

void EpochCheckpoints::after_step(const Batch& batch, const Tensor& theta_AP) {
  const Tensor rows_A = batch.rows_A.cpu();
  const auto* rows = rows_A.const_data_ptr<std::int64_t>();
  std::int64_t slowest = -1;
  for (std::int64_t place = 0; place < rows_A.size(0); ++place) {
    const std::int64_t row = rows[place];
    const std::int64_t epoch = (batch.step + 1) / epoch_steps_K_[at(row)];
    if (epoch > done_K_[at(row)]) {
      done_K_[at(row)] = epoch;
      latest_KP_[row].copy_(theta_AP[place]);
      // A row that has ended or failed keeps its last parameters in the others' later epochs.
      const auto [snapshot, is_new] = pending_.try_emplace(epoch);
      if (is_new) {
        snapshot->second = latest_KP_.clone();
      } else {
        snapshot->second[row].copy_(theta_AP[place]);
      }
    }
    if (slowest < 0 || done_K_[at(row)] < slowest) slowest = done_K_[at(row)];
  }
  while (!pending_.empty() && pending_.begin()->first <= slowest) {
    run_.checkpoint(offset_ + pending_.begin()->first, pending_.begin()->second);
    pending_.erase(pending_.begin());
  }
}

}  // namespace assay::unlearning
