#include "sdk/internal/random_kernels.h"
#include "support.h"

#include <assay/streams.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

using namespace assay;
using namespace assay::testing;

namespace {

using Words = std::array<std::uint32_t, 4>;

// Item i's 64 bits by the definition in random_kernels.h, from the plain single-block function.
std::uint64_t plain_bits(StreamKey key, Draw draw, std::int64_t step, std::int64_t item) {
  const auto block = static_cast<std::uint64_t>(item / 2);
  const Words words = philox4x32(
      {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
       static_cast<std::uint32_t>(step),
       static_cast<std::uint32_t>(draw) << 24 | static_cast<std::uint32_t>(step >> 32)},
      key);
  const std::size_t half = item % 2 == 0 ? 0 : 2;
  return std::uint64_t{words[half + 1]} << 32 | words[half];
}

}  // namespace

TEST_CASE("Philox gives Random123's published known answers") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t f = 0xffffffff;
  CHECK(philox4x32({f, f, f, f}, {f, f}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("bulk draws are the plain block function's") {
  const StreamKey key = {0xa4093822, 0x299f31d0};
  for (const std::int64_t step : {std::int64_t{0}, std::int64_t{5}, std::int64_t{1} << 40}) {
    for (const std::int64_t first : {0, 1, 127, 1000}) {
      std::vector<std::uint64_t> bits(301);
      draw_bits(key, Draw::coin, step, first, 301, bits.data());
      for (std::int64_t i = 0; i < 301; ++i) {
        REQUIRE(bits[static_cast<std::size_t>(i)] == plain_bits(key, Draw::coin, step, first + i));
      }
    }
  }
  // Counters whose low word overflows.
  const std::int64_t far = (std::int64_t{1} << 33) - 3;
  std::vector<std::uint64_t> bits(10);
  draw_bits(key, Draw::uniform, 0, far, 10, bits.data());
  for (std::int64_t i = 0; i < 10; ++i) {
    CHECK(bits[static_cast<std::size_t>(i)] == plain_bits(key, Draw::uniform, 0, far + i));
  }
}

TEST_CASE("a stream's key is XXH64 of its purpose") {
  // XXH64 of nothing with seed 0 is ef46db3751d8e999 (xxHash's specification).
  const StreamKey key = {0x51d8e999, 0xef46db37};
  const Tensor drawn = Streams({0}, "").uniform({3}, 2);
  for (std::int64_t i = 0; i < 3; ++i) {
    const double expected =
        static_cast<double>(plain_bits(key, Draw::uniform, 2, i) >> 11) / 9007199254740992.0;
    CHECK(drawn[0][i].item<double>() == expected);
  }
}

TEST_CASE("normals are Box-Muller of the stream's bits") {
  const StreamKey key = {1, 2};
  std::vector<double> values(4001);
  draw_normals(key, 3, 1, 4001, values.data());
  for (std::int64_t i = 0; i < 4001; ++i) {
    const std::int64_t item = i + 1, pair = item / 2 * 2;
    const double u = 1 - std::ldexp(plain_bits(key, Draw::normal, 3, pair) >> 12, -52);
    const double v = std::ldexp(plain_bits(key, Draw::normal, 3, pair + 1) >> 12, -52);
    const double radius = std::sqrt(-2 * std::log(u)), angle = 2 * std::numbers::pi * v;
    const double expected = radius * (item % 2 == 0 ? std::cos(angle) : std::sin(angle));
    REQUIRE(values[static_cast<std::size_t>(i)] == Approx(expected).margin(2e-15).epsilon(1e-14));
  }
}

TEST_CASE("normals have the moments of a normal") {
  const Tensor z = Streams({11}, "moments").normal({400000});
  CHECK(z.mean().item<double>() == Approx(0).margin(0.008));           // 5 standard errors
  CHECK(z.square().mean().item<double>() == Approx(1).margin(0.012));
  CHECK(z.pow(4).mean().item<double>() == Approx(3).margin(0.08));
  CHECK(z.abs().gt(1.959964).to(at::kDouble).mean().item<double>() == Approx(0.05).margin(0.002));
}

TEST_CASE("draws belong to seed, purpose, step and item, not to the cohort") {
  const Streams three({5, 6, 7}, "noise"), one({6}, "noise");
  CHECK(three.normal({4, 5}, 9)[1].equal(one.normal({4, 5}, 9)[0]));
  CHECK(three.uniform({8}).slice(1, 0, 3).equal(three.uniform({3})));
  CHECK(three.coin({8})[1].equal(one.coin({8})[0]));
  CHECK(three.permutation(20, 2)[1].equal(one.permutation_of_row(0, 20, 2)));
  CHECK_FALSE(three.uniform({8})[0].equal(three.uniform({8})[1]));
  CHECK_FALSE(one.uniform({8}, 0).equal(one.uniform({8}, 1)));
  CHECK_FALSE(one.uniform({8}).equal(Streams({6}, "other").uniform({8})));
  // A part, from an odd and an even item on, whatever the whole.
  CHECK(three.uniform_part(3, 5, 2).equal(three.uniform({300}, 2).slice(1, 3, 8)));
  CHECK(three.uniform_part(4, 200, 2).equal(three.uniform({300}, 2).slice(1, 4, 204)));
}

TEST_CASE("permutations sort items by their draws") {
  const Tensor order_KN = Streams({1, 2}, "order").permutation(1000, 4);
  const Tensor items = at::arange(1000);
  CHECK(std::get<0>(order_KN.sort(1)).equal(items.expand({2, 1000})));
  CHECK_FALSE(order_KN[0].equal(items));
  // Leaving out later items leaves the order of the others: draws do not depend on n.
  const Tensor order_N = order_KN[0], short_N = Streams({1}, "order").permutation(700, 4)[0];
  CHECK(order_N.masked_select(order_N.lt(700)).equal(short_N));
  CHECK(Streams({1}, "order").permutation(0).sizes() == at::IntArrayRef({1, 0}));
}

TEST_CASE("coins are fair and uniforms fill [0, 1)") {
  const Streams streams({3}, "coins");
  CHECK(streams.coin({100000}).to(at::kDouble).mean().item<double>() == Approx(0.5).margin(0.008));
  const Tensor u = streams.uniform({100000});
  CHECK(u.min().item<double>() >= 0);
  CHECK(u.max().item<double>() < 1);
  CHECK(u.mean().item<double>() == Approx(0.5).margin(0.005));
  CHECK(u.var().item<double>() == Approx(1.0 / 12).margin(0.002));
}

TEST_CASE("a row that no stream has is an error") {
  CHECK(error_of([] { Streams({1}, "x").permutation_of_row(1, 5); }) ==
        "Streams::permutation_of_row: row 1 of 1 streams");
}
