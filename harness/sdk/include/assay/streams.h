// Random streams: counter-based (Philox 4x32-10, Salmon et al. 2011), one per (seed, purpose).
// A draw is keyed by (seed, purpose, step or epoch, item), never by the order of drawing, so a
// seed draws the same numbers whatever the cohort, the worker or the device. Always made on the CPU.
#pragma once

#include <assay/tensor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace assay {

/// One block of Philox 4x32-10: four 32-bit words from a counter and a key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) noexcept;

/// The streams of a cohort for one purpose ("init", "batches", "noise", ...): row k belongs to
/// seeds[k]; equal seeds draw equal numbers.
class Streams {
 public:
  Streams(std::vector<std::uint64_t> seeds, std::string_view purpose);

  std::int64_t rows() const noexcept { return static_cast<std::int64_t>(keys_.size()); }

  /// Uniform in [0, 1), float64 [K, shape...]; `step` is the step or epoch the draw belongs to.
  Tensor uniform(at::IntArrayRef shape, std::int64_t step = 0) const;
  /// Entries first .. first + count - 1 of uniform({n}, step), whatever n: float64 [K, count].
  Tensor uniform_part(std::int64_t first, std::int64_t count, std::int64_t step = 0) const;
  /// Standard normal (Box-Muller in float64), float64 [K, shape...].
  Tensor normal(at::IntArrayRef shape, std::int64_t step = 0) const;
  /// A permutation of 0..n-1 per row, int64 [K, n].
  Tensor permutation(std::int64_t n, std::int64_t step = 0) const;
  /// The permutation of one row (rows whose n differ), int64 [n].
  Tensor permutation_of_row(std::int64_t row, std::int64_t n, std::int64_t step = 0) const;
  /// Fair bits in {0, 1}, int64 [K, shape...].
  Tensor coin(at::IntArrayRef shape, std::int64_t step = 0) const;

 private:
  std::vector<std::array<std::uint32_t, 2>> keys_;
};

}  // namespace assay
