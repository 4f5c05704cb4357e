#include "sdk/internal/batches.h"

#include "sdk/internal/epoch_steps.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <utility>

namespace assay {

Batches::Batches(const Dataset& data, const Streams& streams, std::int64_t batch,
                 std::int64_t epochs, std::vector<std::int64_t> first_K, std::int64_t steps)
    : streams_(streams),
      batch_(batch),
      epochs_(epochs),
      steps_(steps),
      first_K_(std::move(first_K)),
      order_KN_(at(data.rows())) {
  first_K_.resize(at(data.rows()), 0);
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    count_K_.push_back(data.count(row));
    epoch_steps_.push_back(assay::epoch_steps(data.count(row), batch));
  }
  width_ = std::min(batch, data.largest_count());
}

std::int64_t Batches::samples(std::int64_t row, std::int64_t step) const {
  const std::int64_t done = step % epoch_steps(row) * batch_;
  return std::min(batch_, count_K_[at(row)] - done);
}

Batches::Step Batches::at_step(const std::vector<std::int64_t>& rows, std::int64_t step) {
  const auto active = static_cast<std::int64_t>(rows.size());
  Step result;
  bool full = true;
  result.position_AB = at::empty({active, width_}, at::kLong);
  auto* position = result.position_AB.mutable_data_ptr<std::int64_t>();
  for (const std::int64_t row : rows) {
    const std::int64_t place = step % epoch_steps(row);
    Tensor& order_N = order_KN_[at(row)];
    if (place == 0 || !order_N.defined()) {
      const std::int64_t epoch = first_K_[at(row)] + step / epoch_steps(row);
      order_N = streams_.permutation_of_row(row, count_K_[at(row)], epoch);
    }
    const std::int64_t* order = order_N.const_data_ptr<std::int64_t>() + place * batch_;
    const std::int64_t real = samples(row, step);
    std::copy(order, order + real, position);
    std::fill(position + real, position + width_, 0);
    full = full && real == width_;
    position += width_;
  }
  if (full) return result;
  result.weight_AB = at::ones({active, width_}, at::kDouble);
  auto* weight = result.weight_AB.mutable_data_ptr<double>();
  for (const std::int64_t row : rows) {
    std::fill(weight + samples(row, step), weight + width_, 0.0);
    weight += width_;
  }
  return result;
}

}  // namespace assay
