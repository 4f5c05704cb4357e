#include <assay/streams.h>

#include "sdk/internal/random_kernels.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>
#include <xxhash.h>

namespace assay {
namespace {

// A stream's key is XXH64 of its purpose's bytes, seeded with its seed: a published function, so the
// numbers of a (seed, purpose) are the same for ever.
StreamKey stream_key(std::uint64_t seed, std::string_view purpose) {
  const std::uint64_t hash = XXH64(purpose.data(), purpose.size(), seed);
  return {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(hash >> 32)};
}

std::vector<std::int64_t> with_rows(std::int64_t rows, at::IntArrayRef shape) {
  std::vector<std::int64_t> sizes{rows};
  sizes.insert(sizes.end(), shape.begin(), shape.end());
  return sizes;
}

std::vector<std::uint64_t> bits_of(StreamKey key, Draw draw, std::int64_t step, std::int64_t n) {
  std::vector<std::uint64_t> bits(static_cast<std::size_t>(n));
  draw_bits(key, draw, step, 0, n, bits.data());
  return bits;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

Streams::Streams(std::vector<std::uint64_t> seeds, std::string_view purpose) {
  keys_.reserve(seeds.size());
  for (const std::uint64_t seed : seeds) keys_.push_back(stream_key(seed, purpose));
}

Tensor Streams::uniform(at::IntArrayRef shape, std::int64_t step) const {
  Tensor result = at::empty(with_rows(rows(), shape), at::kDouble);
  const std::int64_t n = rows() == 0 ? 0 : result.numel() / rows();
  double* out = result.mutable_data_ptr<double>();
  for (const StreamKey key : keys_) {
    for (const std::uint64_t bits : bits_of(key, Draw::uniform, step, n)) {
      *out++ = static_cast<double>(bits >> 11) * 0x1p-53;
    }
  }
  return result;
}

Tensor Streams::uniform_part(std::int64_t first, std::int64_t count, std::int64_t step) const {
  Tensor result_KN = at::empty({rows(), count}, at::kDouble);
  double* out = result_KN.mutable_data_ptr<double>();
  std::vector<std::uint64_t> bits(static_cast<std::size_t>(count));
  for (const StreamKey key : keys_) {
    draw_bits(key, Draw::uniform, step, first, count, bits.data());
    for (const std::uint64_t word : bits) *out++ = static_cast<double>(word >> 11) * 0x1p-53;
  }
  return result_KN;
}

Tensor Streams::normal(at::IntArrayRef shape, std::int64_t step) const {
  Tensor result = at::empty(with_rows(rows(), shape), at::kDouble);
  const std::int64_t n = rows() == 0 ? 0 : result.numel() / rows();
  double* out = result.mutable_data_ptr<double>();
  for (const StreamKey key : keys_) {
    draw_normals(key, step, 0, n, out);
    out += n;
  }
  return result;
}

namespace {

using KeyedItem = std::pair<std::uint64_t, std::int64_t>;

// Items by their keyed draws, ties by item: an item's draw does not depend on how many there are. The
// keys are spread evenly, so their leading bits put each item near its place, and inserting does the rest:
// a training shuffles in every epoch.
std::vector<KeyedItem> sorted_by_key(const std::vector<std::uint64_t>& keys) {
  if (keys.empty()) return {};
  const int shift = 64 - std::max(1, static_cast<int>(std::bit_width(keys.size())) - 1);
  std::vector<std::size_t> place((std::size_t{1} << (64 - shift)) + 1, 0);
  for (const std::uint64_t key : keys) ++place[(key >> shift) + 1];
  std::partial_sum(place.begin(), place.end(), place.begin());
  std::vector<KeyedItem> order(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    order[place[keys[i] >> shift]++] = {keys[i], static_cast<std::int64_t>(i)};
  }
  for (std::size_t i = 1; i < order.size(); ++i) {
    const KeyedItem item = order[i];
    std::size_t to = i;
    for (; to > 0 && item < order[to - 1]; --to) order[to] = order[to - 1];
    order[to] = item;
  }
  return order;
}

}  // namespace

Tensor Streams::permutation(std::int64_t n, std::int64_t step) const {
  Tensor result_KN = at::empty({rows(), n}, at::kLong);
  for (std::int64_t row = 0; row < rows(); ++row) {
    result_KN.select(0, row).copy_(permutation_of_row(row, n, step));
  }
  return result_KN;
}

Tensor Streams::permutation_of_row(std::int64_t row, std::int64_t n, std::int64_t step) const {
  if (row < 0 || row >= rows()) {
    throw Error("Streams::permutation_of_row: row " + std::to_string(row) + " of " +
                std::to_string(rows()) + " streams");
  }
  const std::vector<KeyedItem> order =
      sorted_by_key(bits_of(keys_[static_cast<std::size_t>(row)], Draw::permutation, step, n));
  Tensor result_N = at::empty({n}, at::kLong);
  std::int64_t* out = result_N.mutable_data_ptr<std::int64_t>();
  for (const auto& entry : order) *out++ = entry.second;
  return result_N;
}

Tensor Streams::coin(at::IntArrayRef shape, std::int64_t step) const {
  Tensor result = at::empty(with_rows(rows(), shape), at::kLong);
  const std::int64_t n = rows() == 0 ? 0 : result.numel() / rows();
  std::int64_t* out = result.mutable_data_ptr<std::int64_t>();
  for (const StreamKey key : keys_) {
    for (const std::uint64_t bits : bits_of(key, Draw::coin, step, n)) {
      *out++ = static_cast<std::int64_t>(bits >> 63);
    }
  }
  return result;
}

}  // namespace assay
