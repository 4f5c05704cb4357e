// Bulk draws of one random stream: vectorised loops over counters, the same bits on every processor.
#pragma once

#include <array>
#include <cstdint>

namespace assay {

/// What a draw is for; keeps the draws of one step of a stream apart. Values are part of what
/// results depend on: never renumber.
enum class Draw : std::uint32_t { uniform = 0, normal = 1, permutation = 2, coin = 3 };

using StreamKey = std::array<std::uint32_t, 2>;

/// 64-bit draws of the items first .. first+count-1 of `step`. Item i is half i%2 of the Philox
/// block with counter (i/2 low, i/2 high, step low, draw << 24 | step's bits 32..55).
void draw_bits(StreamKey key, Draw draw, std::int64_t step, std::int64_t first, std::int64_t count,
               std::uint64_t* out) noexcept;

/// Standard normals by Box-Muller: items 2j and 2j+1 share block j's two uniforms.
void draw_normals(StreamKey key, std::int64_t step, std::int64_t first, std::int64_t count,
                  double* out) noexcept;

}  // namespace assay
