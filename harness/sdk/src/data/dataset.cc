#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/dataset.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <cstring>
#include <utility>

namespace assay {
Dataset::Dataset(Tensor pool, Tensor items_KN, std::int64_t pool_size, bool own)
    : pool_(std::move(pool)) {
  if (items_KN.dim() != 2 || items_KN.scalar_type() != at::kLong) {
    throw Error("Dataset: items must be int64 [rows, items], but are " + shape_text(items_KN));
  }
  Tensor places_KN =
      items_KN.to(at::kCPU, at::kLong, /*non_blocking=*/false, /*copy=*/true).contiguous();
  const std::int64_t width = places_KN.size(1);
  auto* place = places_KN.mutable_data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < places_KN.size(0); ++row, place += width) {
    std::int64_t count = 0;
    while (count < width && place[count] >= 0) ++count;
    const std::int64_t base = own ? row * pool_size : 0;
    for (std::int64_t i = 0; i < width; ++i) {
      if (place[i] >= pool_size || (i >= count && place[i] >= 0)) {
        throw Error("Dataset: row " + std::to_string(row) + " has item " +
                    std::to_string(place[i]) + " at position " + std::to_string(i) +
                    (place[i] >= pool_size
                         ? ", but the pool holds " + std::to_string(pool_size)
                         : ", after the end of its items at " + std::to_string(count)));
      }
      place[i] = i < count ? place[i] + base : (count > 0 ? place[0] : base);
    }
    counts_.push_back(count);
  }
  items_KN_ = places_KN.to(pool_.device());
}

Dataset Dataset::shared(Tensor pool, Tensor items_KN) {
  if (pool.dim() < 2) {
    throw Error("Dataset::shared: the pool must be [items, features...], but is " +
                shape_text(pool));
  }
  const std::int64_t pool_size = pool.size(0);
  return Dataset(pool.contiguous(), std::move(items_KN), pool_size, false);
}

Dataset Dataset::own(Tensor pool_KMF) {
  if (pool_KMF.dim() < 3) {
    throw Error("Dataset::own: the pool must be [rows, items, features...], but is " +
                shape_text(pool_KMF));
  }
  const Tensor items_KN = at::arange(pool_KMF.size(1), at::kLong)
                              .unsqueeze(0)
                              .expand({pool_KMF.size(0), pool_KMF.size(1)});
  return own(std::move(pool_KMF), items_KN);
}

Dataset Dataset::own(Tensor pool_KMF, Tensor items_KN) {
  if (pool_KMF.dim() < 3 || items_KN.dim() != 2 || items_KN.size(0) != pool_KMF.size(0)) {
    throw Error("Dataset::own: the pool must be [rows, items, features...] and the items " +
                std::string("[rows, items], but they are ") + shape_text(pool_KMF) + " and " +
                shape_text(items_KN));
  }
  const std::int64_t pool_size = pool_KMF.size(1);
  return Dataset(pool_KMF.contiguous().flatten(0, 1), std::move(items_KN), pool_size, true);
}

std::int64_t Dataset::count(std::int64_t row) const {
  if (row < 0 || row >= rows()) {
    throw Error("Dataset: row " + std::to_string(row) + " of " + std::to_string(rows()));
  }
  return counts_[static_cast<std::size_t>(row)];
}

std::int64_t Dataset::largest_count() const noexcept {
  return counts_.empty() ? 0 : *std::max_element(counts_.begin(), counts_.end());
}

std::vector<std::int64_t> Dataset::item_shape() const {
  if (!pool_.defined()) return {};
  return pool_.sizes().slice(1).vec();
}

Tensor Dataset::take(const Tensor& items) const {
  std::vector<std::int64_t> shape = items.sizes().vec();
  const std::vector<std::int64_t> item = item_shape();
  shape.insert(shape.end(), item.begin(), item.end());
  return pool_.index_select(0, items.reshape(-1)).view(shape);
}

// The items of the rows `rows`, [A, N].
Tensor Dataset::items_of(const Tensor& position_AB, const Tensor& rows) const {
  Tensor items_AN = rows.defined() ? items_KN_.index_select(0, rows) : items_KN_;
  if (position_AB.dim() != 2 || position_AB.size(0) != items_AN.size(0)) {
    throw Error("Dataset::gather: positions must be [" + std::to_string(items_AN.size(0)) +
                ", batch], but are " + shape_text(position_AB));
  }
  return items_AN;
}

Tensor Dataset::gather(const Tensor& position_AB, const Tensor& rows) const {
  if (!pool_.is_cpu() || pool_.requires_grad()) {
    return take(items_of(position_AB, rows).gather(1, position_AB.clamp_min(0)));
  }
  std::vector<std::int64_t> shape = position_AB.sizes().vec();
  for (const std::int64_t size : item_shape()) shape.push_back(size);
  Tensor x_ABF = at::empty(shape, pool_.options());
  gather_into(x_ABF, position_AB, rows);
  return x_ABF;
}

// In one pass over the pool's memory.
void Dataset::gather_into(const Tensor& x_ABF, const Tensor& position_AB,
                          const Tensor& rows) const {
  const Tensor items = items_of(position_AB, rows).contiguous();
  const Tensor positions = position_AB.cpu().contiguous();
  const std::int64_t batch = positions.size(1), count = items.size(1);
  if (positions.numel() > 0 && (count == 0 || pool_.size(0) == 0)) {
    throw Error("Dataset::gather: there are no items to gather from");
  }
  if (positions.numel() == 0) return;
  const auto bytes = pool_.nbytes() / static_cast<std::size_t>(pool_.size(0));
  const auto* position = positions.const_data_ptr<std::int64_t>();
  const auto* item = items.const_data_ptr<std::int64_t>();
  const auto* pool = static_cast<const char*>(pool_.const_data_ptr());
  for (std::int64_t row = 0; row < positions.size(0); ++row, item += count) {
    auto* to = static_cast<char*>(x_ABF.mutable_data_ptr()) +
               row * x_ABF.stride(0) * static_cast<std::int64_t>(x_ABF.element_size());
    for (std::int64_t i = 0; i < batch; ++i, ++position, to += bytes) {
      if (*position >= count) {
        throw Error("Dataset::gather: position " + std::to_string(*position) + " of row " +
                    std::to_string(row) + ", but the largest row has " + std::to_string(count) +
                    " items");
      }
      const std::int64_t place = item[std::max<std::int64_t>(*position, 0)];
      std::memcpy(to, pool + static_cast<std::size_t>(place) * bytes, bytes);
    }
  }
}

Tensor Dataset::slice(std::int64_t from, std::int64_t to) const {
  if (!pool_.defined() || from < 0 || to < from || to > items_KN_.size(1)) {
    throw Error("Dataset::slice: positions " + std::to_string(from) + " to " + std::to_string(to) +
                " of a data set whose largest row has " + std::to_string(largest_count()));
  }
  return take(items_KN_.slice(1, from, to));
}

Dataset Dataset::to(at::Device device) const {
  Dataset moved = *this;
  if (pool_.defined()) moved.pool_ = pool_.to(device);
  if (items_KN_.defined()) moved.items_KN_ = items_KN_.to(device);
  return moved;
}

Dataset Dataset::select_rows(const std::vector<std::int64_t>& rows) const {
  Dataset selected;
  for (const std::int64_t row : rows) selected.counts_.push_back(count(row));
  const Tensor index = at::tensor(at::ArrayRef<std::int64_t>(rows), at::kLong);
  selected.pool_ = pool_;
  selected.items_KN_ = items_KN_.index_select(0, index.to(items_KN_.device()));
  return selected;
}

Dataset Dataset::select_items(const Tensor& position_KM) const {
  if (position_KM.dim() != 2 || position_KM.size(0) != rows() ||
      position_KM.scalar_type() != at::kLong) {
    throw Error("Dataset::select_items: positions must be int64 [" + std::to_string(rows()) +
                ", items], but are " + shape_text(position_KM));
  }
  Tensor place_KM = position_KM.to(at::kCPU, at::kLong, false, /*copy=*/true).contiguous();
  const std::int64_t width = place_KM.size(1);
  Dataset selected;
  auto* place = place_KM.mutable_data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < rows(); ++row, place += width) {
    const auto* end = std::find_if(place, place + width, [](std::int64_t at) { return at < 0; });
    const auto taken = static_cast<std::int64_t>(end - place);
    for (std::int64_t i = 0; i < taken; ++i) {
      if (place[i] < count(row)) continue;
      throw Error("Dataset::select_items: position " + std::to_string(place[i]) + " of row " +
                  std::to_string(row) + ", which has " + std::to_string(count(row)) + " items");
    }
    std::fill(place + taken, place + width, taken > 0 ? place[0] : 0);
    selected.counts_.push_back(taken);
  }
  selected.pool_ = pool_;
  selected.items_KN_ = items_KN_.gather(1, place_KM.to(items_KN_.device()));
  return selected;
}

}  // namespace assay
