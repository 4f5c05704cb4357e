// Which samples a row sees at which step: a pure function of (seed, epoch), whatever the cohort.
#pragma once

#include <assay/dataset.h>
#include <assay/streams.h>

#include <cstdint>
#include <vector>

namespace assay {

class Batches {
 public:
  /// Each row's first epoch is the stream's epoch first_K[row]; empty: 0. `steps` positive: so many
  /// steps whatever the epochs.
  Batches(const Dataset& data, const Streams& streams, std::int64_t batch, std::int64_t epochs,
          std::vector<std::int64_t> first_K = {}, std::int64_t steps = 0);

  std::int64_t epoch_steps(std::int64_t row) const { return epoch_steps_[at(row)]; }
  std::int64_t total_steps(std::int64_t row) const {
    return steps_ > 0 ? steps_ : epoch_steps_[at(row)] * epochs_;
  }
  /// Whether the row's epoch, or its training, ends with `step`.
  bool ends_epoch(std::int64_t row, std::int64_t step) const {
    return (step + 1) % epoch_steps(row) == 0 || step + 1 == total_steps(row);
  }
  /// Samples, padding left out, of the row's batch at `step`.
  std::int64_t samples(std::int64_t row, std::int64_t step) const;

  struct Step {
    Tensor position_AB;  ///< int64; 0 for padding
    Tensor weight_AB;    ///< float64; 1 for a sample, 0 for padding; undefined: no padding at all
  };
  /// The batches of `rows` at `step`, on the CPU. Steps must be asked for in order.
  Step at_step(const std::vector<std::int64_t>& rows, std::int64_t step);

  std::int64_t width() const noexcept { return width_; }  ///< B

 private:
  static std::size_t at(std::int64_t row) { return static_cast<std::size_t>(row); }

  Streams streams_;
  std::int64_t batch_, epochs_, steps_, width_ = 0;
  std::vector<std::int64_t> count_K_, epoch_steps_, first_K_;
  std::vector<Tensor> order_KN_;  // each row's permutation of the present epoch
};

}  // namespace assay
