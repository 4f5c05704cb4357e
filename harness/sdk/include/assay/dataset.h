// What a cohort trains on or is evaluated on: K rows of items, drawn from a pool held once.
#pragma once

#include <assay/tensor.h>

#include <cstdint>
#include <vector>

namespace assay {

/// Inputs of K rows. The pool is shared by all rows ([M, F...], e.g. the images of a data set) or
/// each row has its own ([K, M, F...], e.g. generated data). Row k's items are
/// items_KN[k, 0 .. counts[k]); the rest of the row is padding (-1).
class Dataset {
 public:
  Dataset() = default;
  /// A pool shared by all rows. items_KN is int64; a row's items end at its first negative entry.
  /// Throws Error for an item outside the pool, or one after the end of its row.
  static Dataset shared(Tensor pool, Tensor items_KN);
  /// A pool of each row's own, all of its items in order.
  static Dataset own(Tensor pool_KMF);
  /// A pool of each row's own, and which of its items.
  static Dataset own(Tensor pool_KMF, Tensor items_KN);

  std::int64_t rows() const noexcept { return static_cast<std::int64_t>(counts_.size()); }
  std::int64_t count(std::int64_t row) const;           ///< n_k
  std::int64_t largest_count() const noexcept;          ///< N
  std::vector<std::int64_t> item_shape() const;         ///< F...
  caffe2::TypeMeta dtype() const { return pool_.dtype(); }
  /// Inputs at positions position_AB (in 0..n_k of each row) of the rows `rows` (A of them, int64
  /// tensor; undefined: all rows in order): [A, B, F...]. Negative positions give item 0.
  Tensor gather(const Tensor& position_AB, const Tensor& rows = {}) const;
  /// The same into x_ABF, which has that shape, the pool's type and items that lie in one piece; the
  /// pool is the CPU's.
  void gather_into(const Tensor& x_ABF, const Tensor& position_AB, const Tensor& rows = {}) const;
  /// Positions [from, to) of every row: [K, to-from, F...]. Past a row's end: some item of the pool.
  Tensor slice(std::int64_t from, std::int64_t to) const;
  /// The same on another device.
  Dataset to(at::Device device) const;
  /// The rows `rows`, in that order; shares the pool.
  Dataset select_rows(const std::vector<std::int64_t>& rows) const;
  /// Of each row the items at position_KM (int64 [rows, M], in 0..n_k; a row ends at its first
  /// negative entry), in that order; shares the pool. Throws Error for other shapes and positions.
  Dataset select_items(const Tensor& position_KM) const;

 private:
  Dataset(Tensor pool, Tensor items_KN, std::int64_t pool_size, bool own);
  Tensor take(const Tensor& items) const;
  Tensor items_of(const Tensor& position_AB, const Tensor& rows) const;

  Tensor pool_;      // [M, F...]; pools of the rows' own lie one after the other, [K * M, F...]
  Tensor items_KN_;  // places in pool_; padding repeats the row's first item
  std::vector<std::int64_t> counts_;
};

}  // namespace assay
