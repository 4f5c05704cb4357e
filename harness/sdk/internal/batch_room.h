// Memory behind a batch's inputs, so that samples can join them without a copy of either.
#pragma once

#include <ATen/core/Tensor.h>
#include <assay/train.h>

#include <cstdint>
#include <utility>

namespace assay {

/// Holds inputs [A, R, F...], the first of which are the batch's. Copies of a batch share it.
class BatchRoom {
 public:
  /// `used` of the R samples of a row are taken.
  BatchRoom(Tensor all_ARF, std::int64_t used) : all_ARF_(std::move(all_ARF)), used_(used) {}

  const Tensor& all() const { return all_ARF_; }
  /// The next `count` samples of every row, to be written; undefined when so many are not left.
  Tensor take(std::int64_t count);
  /// Whether the inputs are the room's, from its first sample on.
  bool begins_with(const Tensor& x) const;

 private:
  Tensor all_ARF_;
  std::int64_t used_;
};

/// Where `count` samples that are to join the batch are best put: [A, count, F...] in the batch's
/// room, or else newly allocated. What is in it is not defined.
Tensor place_beside(const Batch& batch, std::int64_t count);

/// The batch's inputs and, behind them, x_AMF, of the type and on the device of the inputs. Without
/// a copy of the inputs where the batch has room, and without one of x_AMF where that is the place
/// that place_beside() gave last.
Tensor joined_inputs(const Batch& batch, const Tensor& x_AMF);

/// Inputs that lie row after row, [rows, F...], and how many rows of it a row of the batch takes.
struct FlatInputs {
  Tensor x_RF;
  std::int64_t row = 0;
};
FlatInputs flat_inputs(const Batch& batch);

}  // namespace assay
