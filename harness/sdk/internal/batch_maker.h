// From drawn positions to the batch that objectives and hooks see.
#pragma once

#include "sdk/internal/batches.h"

#include <ATen/core/Tensor.h>
#include <assay/train.h>

#include <cstdint>
#include <vector>

namespace assay {

class BatchMaker {
 public:
  /// Inputs and weights get the type and the device of `options`, which is the data's device.
  BatchMaker(const Dataset& data, const at::TensorOptions& options)
      : data_(data), options_(options) {}

  /// The batches of `rows` at `step`, without the network's outputs. rows_A: `rows` as a tensor on
  /// the device. Steps must be asked for in order. Behind the inputs is room for `more` samples a
  /// row where that saves a copy, see batch_room.h.
  Batch make(Batches& batches, const std::vector<std::int64_t>& rows, const Tensor& rows_A,
             std::int64_t step, std::int64_t more = 0);
  /// The same of positions that were drawn otherwise; without progress_A1.
  Batch make(const Batches::Step& drawn, const Tensor& rows_A, std::int64_t step,
             std::int64_t more = 0);

 private:
  void set_inputs(Batch& batch, const Tensor& rows, std::int64_t more) const;

  const Dataset& data_;
  at::TensorOptions options_;
  Tensor ones_AB_, shares_AB_;  ///< of a batch without padding
};

}  // namespace assay
