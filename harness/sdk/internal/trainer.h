// The state of one training: what train() runs.
#pragma once

#include "sdk/internal/batch_maker.h"
#include "sdk/internal/direct_pass.h"
#include "sdk/internal/optimizer.h"

#include <assay/train.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace assay {

class Trainer {
 public:
  Trainer(const Model& start, const Dataset& data, const Recipe& recipe, Run& run,
          const Objective& objective, const Hooks& hooks);

  Model train();

 private:
  void step(std::int64_t step);
  void prepare(Batch& batch);
  Tensor recorded_gradient(Batch& batch);
  Tensor direct_gradient(Batch& batch);
  std::vector<Tensor> gradient_by(const Batch& batch, const std::vector<Tensor>& leaves);
  Tensor loss_of(const Batch& batch) const;
  void clip(Tensor& gradient_AP) const;
  std::vector<double> learning_rates(std::int64_t step) const;

  // Losses wait in `pending_` and are read together: reading a number at every step would stall a GPU.
  bool must_flush(std::int64_t step) const;
  void flush(std::int64_t step);
  void finish_epochs(std::int64_t step);
  void drop_rows(std::int64_t step);
  void select_active(const std::vector<std::int64_t>& kept);

  const Model& start_;
  const Dataset& data_;
  const Recipe& recipe_;
  Run& run_;
  const Objective& objective_;
  const Hooks& hooks_;

  std::vector<std::int64_t> epoch_offset_K_;  // epochs that the curve has from earlier trainings
  Batches batches_;
  std::vector<double> peak_lr_K_;
  std::vector<std::int64_t> rows_;   // active rows
  Tensor rows_A_;                    // the same, on the device
  Tensor theta_AP_;                  // parameters of the active rows
  Tensor result_KP_;                 // parameters of the rows that have ended
  BatchMaker batch_maker_;
  Optimizer optimizer_;
  std::unique_ptr<DirectPass> direct_;  // null: autograd differentiates the network
  Tensor direct_gradient_AP_;           // its buffer
  std::int64_t longest_ = 0;         // steps of the longest row

  std::vector<Tensor> pending_;      // losses [A] of the steps since the last flush
  std::int64_t appended_ = 0;        // samples a row that the hook `prepare` added to the last batch
  std::vector<std::int64_t> pending_appended_;
  std::vector<double> loss_sum_K_, loss_samples_K_;  // of the present epoch
};

}  // namespace assay
