#include "sdk/internal/unlearning/retain_loader.h"

#include "sdk/internal/batch_maker.h"
#include "sdk/internal/unlearning/epoch_checkpoints.h"

#include <ATen/ATen.h>
#include <algorithm>

namespace assay::unlearning {
namespace {

std::size_t at(std::int64_t row) {
  return static_cast<std::size_t>(row);
}

// Passes over the retain set in one edit stay below this, so that those of the next are others.
constexpr std::int64_t passes_of_an_epoch = std::int64_t{1} << 24;

}  // namespace

RetainLoader::RetainLoader(const Part& part, std::int64_t batch, const Run& run)
    : part_(part),
      batch_(batch),
      width_(std::min(batch, part.data.largest_count())),
      streams_(run.seeds(), "assay.retain"),
      order_K_(at(part.rows())) {
  for (std::int64_t row = 0; row < part.rows(); ++row) {
    first_K_.push_back(epochs_before(run, row) * passes_of_an_epoch);
  }
}

std::int64_t RetainLoader::item(std::int64_t row, std::int64_t place) {
  const std::int64_t count = part_.data.count(row), pass = place / count;
  Order& order = order_K_[at(row)];
  if (order.pass != pass) {
    order = {pass, streams_.permutation_of_row(row, count, first_K_[at(row)] + pass)};
  }
  return order.item_N.const_data_ptr<std::int64_t>()[place % count];
}

Batch RetainLoader::draw(const Batch& beside) {
  const Tensor rows_A = beside.rows_A.cpu();
  const std::int64_t active = rows_A.size(0);
  Tensor item_AB = at::zeros({active, width_}, at::kLong);
  Tensor weight_AB = at::zeros({active, width_}, at::kDouble);
  auto* items = item_AB.mutable_data_ptr<std::int64_t>();
  auto* weights = weight_AB.mutable_data_ptr<double>();
  for (std::int64_t place = 0; place < active; ++place) {
    const std::int64_t row = rows_A.const_data_ptr<std::int64_t>()[place];
    const std::int64_t samples = std::min(batch_, part_.data.count(row));
    for (std::int64_t sample = 0; sample < samples; ++sample) {
      items[place * width_ + sample] = item(row, beside.step * samples + sample);
    }
    std::fill_n(weights + place * width_, samples, 1.0);
  }
  Batch batch = BatchMaker(part_.data, beside.x.options())
                    .make({item_AB, weight_AB}, beside.rows_A, beside.step);
  batch.progress_A1 = beside.progress_A1;
  return batch;
}

}  // namespace assay::unlearning
