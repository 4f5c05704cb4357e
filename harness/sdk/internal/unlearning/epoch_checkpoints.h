// Checkpoints of a cohort whose rows may have epochs of different lengths.
#pragma once

#include <assay/train.h>

#include <cstdint>
#include <map>
#include <vector>

namespace assay::unlearning {

/// How many epochs a row has been trained for in this run, by the curve "loss".
std::int64_t epochs_before(const Run& run, std::int64_t row);

/// Offers the cohort's parameters after each epoch that every row in training has ended.
class EpochCheckpoints {
 public:
  EpochCheckpoints(const Model& start, const Dataset& data, const Recipe& recipe, Run& run);

  void after_step(const Batch& batch, const Tensor& theta_AP);

 private:
  Run& run_;
  Tensor latest_KP_;
  std::vector<std::int64_t> epoch_steps_K_, done_K_;
  std::map<std::int64_t, Tensor> pending_;  ///< by epoch
  std::int64_t offset_ = 0;
};

}  // namespace assay::unlearning
