#include "sdk/internal/kernels/product.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sdk/src/kernels/product.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sdk/internal/kernels/vector_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {

// A tile of C stays in registers while k runs. With 16 registers: 6 x 2 sums, 2 vectors of B and
// one element of A; with 32 registers: 12 x 2.
constexpr int tile_vectors = 2;
constexpr int tile_rows = HWY_TARGET <= HWY_AVX3 ? 12 : 6;
// What one sweep uses: rows of B, which with a tile's width fill half of a 32 KiB cache, and rows
// of C. Its part of A stays in the second cache while it moves over the columns.
constexpr std::int64_t block_k = 256;
constexpr std::int64_t block_m = 16 * tile_rows;
// From so many tiles on, a copy of B's columns costs less than it saves; from so many panels on,
// one of A's.
constexpr std::int64_t packing_tiles = 10;
constexpr std::int64_t packing_panels = 3;
constexpr std::int64_t cache_line = 64;  // bytes

// How a tile finds its elements of A: where the tables say, one after the other along its rows, or
// in a copy in which those of a column follow each other.
enum class Left { anywhere, along_rows, packed };

// The columns of B that a tile uses, and its rows of A where they were copied.
template <class Real>
struct Panel {
  const Real* first;
  std::int64_t row;            // elements from one row to the next
  const Real* left = nullptr;  // the copy of the tile's part of A
};

template <class Real, int vectors, bool masked>
struct Columns {
  hn::Mask<Tag<Real>> last;

  HWY_INLINE void load(const Real* from, Vector<Real> (&to)[vectors]) const {
    const Tag<Real> tag;
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      const Real* place = from + v * static_cast<std::int64_t>(hn::Lanes(tag));
      to[v] = masked && v + 1 == vectors ? hn::MaskedLoad(last, tag, place) : hn::LoadU(tag, place);
    }
  }

  HWY_INLINE void store(const Vector<Real> (&from)[vectors], Real* to) const {
    const Tag<Real> tag;
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      Real* place = to + v * static_cast<std::int64_t>(hn::Lanes(tag));
      if (masked && v + 1 == vectors) {
        hn::BlendedStore(from[v], last, tag, place);
      } else {
        hn::StoreU(from[v], tag, place);
      }
    }
  }
};

// Rows m to m + rows of C, and as many columns as `columns` has, over k from `begin` to `end`.
template <class Real, Left left, int rows, int vectors, bool masked>
void tile(const Product<Real>& p, const Panel<Real>& panel, std::int64_t m, std::int64_t n,
          std::int64_t begin, std::int64_t end, std::int64_t columns_left) {
  const Tag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  const Columns<Real, vectors, masked> columns{
      hn::FirstN(tag, static_cast<std::size_t>(columns_left - (vectors - 1) * lanes))};
  Real* const c = p.c + m * p.c_row + n;
  Vector<Real> sum[rows][vectors];
  const Real* a[rows];
#pragma GCC unroll 12
  for (int r = 0; r < rows; ++r) {
    a[r] = left == Left::packed ? panel.left + r : p.a + p.a_row[m + r];
    if (p.add || begin > 0) {
      columns.load(c + r * p.c_row, sum[r]);
    } else if (p.bias != nullptr) {
      columns.load(p.bias + n, sum[r]);
    } else {
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) sum[r][v] = hn::Zero(tag);
    }
  }
  const Real* b = panel.first;
  for (std::int64_t k = begin; k < end; ++k, b += panel.row) {
    const std::int64_t offset = left == Left::packed       ? (k - begin) * rows
                                : left == Left::along_rows ? k
                                                           : p.a_column[k];
    Vector<Real> right[vectors];
    columns.load(b, right);
#pragma GCC unroll 12
    for (int r = 0; r < rows; ++r) {
      const Vector<Real> one = hn::Set(tag, a[r][offset]);
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) sum[r][v] = hn::MulAdd(one, right[v], sum[r][v]);
    }
  }
  const bool relu = p.relu && end == p.k;
#pragma GCC unroll 12
  for (int r = 0; r < rows; ++r) {
    if (relu) {
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        sum[r][v] = hn::IfThenZeroElse(hn::Lt(sum[r][v], hn::Zero(tag)), sum[r][v]);
      }
    }
    columns.store(sum[r], c + r * p.c_row);
  }
}

template <class Real>
using Tile = void (*)(const Product<Real>&, const Panel<Real>&, std::int64_t, std::int64_t,
                      std::int64_t, std::int64_t, std::int64_t);

// Of every height from 1 to tile_rows.
template <class Real, Left left, int vectors, bool masked, std::size_t... below>
constexpr std::array<Tile<Real>, tile_rows> tiles(std::index_sequence<below...>) {
  return {&tile<Real, left, static_cast<int>(below) + 1, vectors, masked>...};
}

template <class Real, Left left>
Tile<Real> tile_reading(std::int64_t rows, std::int64_t vectors, bool masked) {
  constexpr auto heights = std::make_index_sequence<tile_rows>();
  constexpr std::array<Tile<Real>, tile_rows> table[2][2] = {
      {tiles<Real, left, 1, false>(heights), tiles<Real, left, 1, true>(heights)},
      {tiles<Real, left, 2, false>(heights), tiles<Real, left, 2, true>(heights)}};
  static_assert(tile_vectors == 2);
  return table[vectors - 1][masked ? 1 : 0][static_cast<std::size_t>(rows - 1)];
}

template <class Real>
Tile<Real> tile_of(Left left, std::int64_t rows, std::int64_t vectors, bool masked) {
  switch (left) {
    case Left::packed:
      return tile_reading<Real, Left::packed>(rows, vectors, masked);
    case Left::along_rows:
      return tile_reading<Real, Left::along_rows>(rows, vectors, masked);
    case Left::anywhere:
      break;
  }
  return tile_reading<Real, Left::anywhere>(rows, vectors, masked);
}

// Copies a panel of B, so that its rows follow each other in the cache.
template <class Real>
void pack(Panel<Real>& panel, std::int64_t rows, std::int64_t columns, Real* to) {
  const Tag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  const bool two = columns > lanes;
  const auto last = hn::FirstN(tag, static_cast<std::size_t>(two ? columns - lanes : columns));
  const Real* from = panel.first;
  const std::int64_t stride = panel.row;
  panel = Panel<Real>{to, tile_vectors * lanes};
  for (std::int64_t k = 0; k < rows; ++k, from += stride, to += panel.row) {
    if (two) hn::Store(hn::LoadU(tag, from), tag, to);
    const std::int64_t place = two ? lanes : 0;
    hn::Store(hn::MaskedLoad(last, tag, from + place), tag, to + place);
  }
}

// Copies the tiles' parts of A, rows of which lie side by side in memory: tile after tile, and in a
// tile column after column.
template <class Real>
void pack_left(const Product<Real>& p, std::int64_t m, std::int64_t rows, std::int64_t begin,
               std::int64_t end, Real* to) {
  const Tag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  const Real* from = p.a + p.a_row[m];
  for (std::int64_t k = begin; k < end; ++k, to += rows) {
    for (std::int64_t r = 0; r < rows; r += lanes) {
      const auto some = hn::FirstN(tag, static_cast<std::size_t>(std::min(rows - r, lanes)));
      // What is stored beyond the rows is overwritten by the next column, or lies in the margin.
      hn::StoreU(hn::MaskedLoad(some, tag, from + p.a_column[k] + r), tag, to + r);
      // The columns lie too far apart for the machine to see what the next tiles read.
      hwy::Prefetch(from + p.a_column[k] + r + cache_line / sizeof(Real));
    }
  }
}

// Rows `first` to `first + height` of C, over k from `begin` to `end`.
template <class Real>
void sweep(const Product<Real>& p, Left left, std::int64_t first, std::int64_t height,
           std::int64_t begin, std::int64_t end) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Tag<Real>()));
  HWY_ALIGN thread_local Real packed[block_k * tile_vectors * hn::MaxLanes(Tag<Real>())];
  thread_local std::vector<Real> packed_left;  // too large for a thread's own block of variables
  // Tiles of nearly equal heights: a last one of a row or two would leave the units waiting.
  const std::int64_t tiles = (height + tile_rows - 1) / tile_rows;
  const auto rows_of = [&](std::int64_t m, std::int64_t tile) {
    return (first + height - m + tiles - tile - 1) / (tiles - tile);
  };
  if (left == Left::packed) {
    packed_left.resize(static_cast<std::size_t>(height * block_k + lanes));
    for (std::int64_t tile = 0, m = first; tile < tiles; ++tile) {
      const std::int64_t rows = rows_of(m, tile);
      pack_left(p, m, rows, begin, end, packed_left.data() + (m - first) * (end - begin));
      m += rows;
    }
  }
  // Rows that begin where cache lines do lie well enough.
  const bool copied = tiles >= packing_tiles && p.b_row % (tile_vectors * lanes) != 0;
  for (std::int64_t n = 0; n < p.n; n += tile_vectors * lanes) {
    const std::int64_t columns = std::min(p.n - n, tile_vectors * lanes);
    const std::int64_t vectors = (columns + lanes - 1) / lanes;
    Panel<Real> panel{p.b + begin * p.b_row + n, p.b_row};
    if (copied) pack(panel, end - begin, columns, packed);
    for (std::int64_t tile = 0, m = first; tile < tiles; ++tile) {
      const std::int64_t rows = rows_of(m, tile);
      panel.left = packed_left.data() + (m - first) * (end - begin);
      tile_of<Real>(left, rows, vectors, columns % lanes != 0)(p, panel, m, n, begin, end, columns);
      m += rows;
    }
  }
}

bool consecutive(const std::int32_t* table, std::int64_t count) {
  for (std::int64_t i = 1; i < count; ++i) {
    if (table[i] != table[0] + i) return false;
  }
  return true;
}

template <class Real>
Left left_of(const Product<Real>& p) {
  const auto panel = tile_vectors * static_cast<std::int64_t>(hn::Lanes(Tag<Real>()));
  if (p.k > 0 && p.a_column[0] == 0 && consecutive(p.a_column, p.k)) return Left::along_rows;
  const bool worth = p.n > (packing_panels - 1) * panel;
  return worth && consecutive(p.a_row, p.m) ? Left::packed : Left::anywhere;
}

template <class Real>
void tiled_product(const Product<Real>& p) {
  const std::int64_t blocks = std::max<std::int64_t>(p.m / block_m, 1);
  const std::int64_t height = (p.m + blocks * tile_rows - 1) / (blocks * tile_rows) * tile_rows;
  const Left left = left_of(p);
  for (std::int64_t begin = 0; begin == 0 || begin < p.k; begin += block_k) {
    const std::int64_t end = std::min(begin + block_k, p.k);
    for (std::int64_t first = 0; first < p.m; first += height) {
      sweep(p, left, first, std::min(height, p.m - first), begin, end);
    }
  }
}

void product_float(const Product<float>& p) {
  tiled_product(p);
}
void product_double(const Product<double>& p) {
  tiled_product(p);
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {
HWY_EXPORT(product_float);
HWY_EXPORT(product_double);

void product(const Product<float>& p) noexcept {
  HWY_DYNAMIC_DISPATCH(product_float)(p);
}
void product(const Product<double>& p) noexcept {
  HWY_DYNAMIC_DISPATCH(product_double)(p);
}

}  // namespace assay
#endif
