#include "sdk/internal/random_kernels.h"

#include "sdk/internal/simd.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace assay {
namespace {

constexpr std::int64_t lanes = 64;  // blocks made at a time: four arrays that stay in L1

struct Blocks {
  std::uint64_t low[lanes], high[lanes];  // words 1:0 and 3:2 of each block
};

// Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") on `lanes`
// consecutive counters. Words live in 64-bit lanes: the multiply is then one instruction a lane.
ASSAY_VECTOR_CLONES
void philox_blocks(std::uint32_t key0, std::uint32_t key1, std::uint64_t first_block,
                   std::uint32_t counter2, std::uint32_t counter3, Blocks* out) noexcept {
  constexpr std::uint64_t mask = 0xffffffffU;
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    const std::uint64_t block = first_block + static_cast<std::uint64_t>(lane);
    std::uint64_t c0 = block & mask, c1 = block >> 32, c2 = counter2, c3 = counter3;
    std::uint64_t k0 = key0, k1 = key1;
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t product0 = (c0 & mask) * 0xD2511F53U;
      const std::uint64_t product1 = (c2 & mask) * 0xCD9E8D57U;
      c0 = (product1 >> 32) ^ c1 ^ k0;
      c1 = product1 & mask;
      c2 = (product0 >> 32) ^ c3 ^ k1;
      c3 = product0 & mask;
      k0 = (k0 + 0x9E3779B9U) & mask;
      k1 = (k1 + 0xBB67AE85U) & mask;
    }
    out->low[lane] = c1 << 32 | c0;
    out->high[lane] = c3 << 32 | c2;
  }
}

// Natural logarithm of x in (0, 1], to about 1 ulp, from additions, products and one quotient: the C
// library's would differ between machines.
inline double stable_log(double x) noexcept {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  // x = m * 2^e with m in [sqrt(1/2), sqrt(2)): shifting the boundary by sqrt(1/2)'s mantissa.
  const std::uint64_t shifted = bits - 0x3fe6a09e667f3bcdULL;
  // e + 2048 is positive, so the exponent trick converts it without a signed shift.
  const std::uint64_t biased = (shifted >> 52) ^ 0x800U;
  std::uint64_t integer_bits = 0x4330000000000000ULL | (biased & 0xfffU);
  double exponent;
  std::memcpy(&exponent, &integer_bits, sizeof exponent);
  exponent -= 4503599627370496.0 + 2048.0;
  std::uint64_t mantissa_bits = (shifted & 0x000fffffffffffffULL) + 0x3fe6a09e667f3bcdULL;
  double mantissa;
  std::memcpy(&mantissa, &mantissa_bits, sizeof mantissa);
  // log m = 2 atanh(s), s = (m-1)/(m+1), |s| <= 0.172: the series to s^21.
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  const double z = s * s;
  double sum = 1.0 / 21;
  sum = sum * z + 1.0 / 19;
  sum = sum * z + 1.0 / 17;
  sum = sum * z + 1.0 / 15;
  sum = sum * z + 1.0 / 13;
  sum = sum * z + 1.0 / 11;
  sum = sum * z + 1.0 / 9;
  sum = sum * z + 1.0 / 7;
  sum = sum * z + 1.0 / 5;
  sum = sum * z + 1.0 / 3;
  const double log_mantissa = 2.0 * s + 2.0 * s * z * sum;
  return exponent * 0.69314718055994530942 + log_mantissa;
}

// cos and sin of 2 pi t, t in [0, 1): Taylor series on the nearest quarter turn, |r| <= pi/4.
inline void stable_cos_sin(double t, double* cosine, double* sine) noexcept {
  constexpr double to_integer = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
  const double turned = 4.0 * t + to_integer;
  std::uint64_t quarter;
  std::memcpy(&quarter, &turned, sizeof quarter);
  const double r = (4.0 * t - (turned - to_integer)) * 1.57079632679489661923;
  const double z = r * r;
  double s = -1.0 / 1307674368000.0;
  s = s * z + 1.0 / 6227020800.0;
  s = s * z - 1.0 / 39916800.0;
  s = s * z + 1.0 / 362880.0;
  s = s * z - 1.0 / 5040.0;
  s = s * z + 1.0 / 120.0;
  s = s * z - 1.0 / 6.0;
  s = r + r * z * s;
  double c = 1.0 / 20922789888000.0;
  c = c * z - 1.0 / 87178291200.0;
  c = c * z + 1.0 / 479001600.0;
  c = c * z - 1.0 / 3628800.0;
  c = c * z + 1.0 / 40320.0;
  c = c * z - 1.0 / 720.0;
  c = c * z + 1.0 / 24.0;
  c = c * z - 0.5;
  c = 1.0 + c * z;
  const bool swap = (quarter & 1U) != 0;
  const double plain_cos = swap ? s : c;
  const double plain_sin = swap ? c : s;
  *cosine = ((quarter + 1U) & 2U) != 0 ? -plain_cos : plain_cos;
  *sine = (quarter & 2U) != 0 ? -plain_sin : plain_sin;
}

ASSAY_VECTOR_CLONES
void box_muller(const Blocks* blocks, double* out) noexcept {
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    // 52 bits each, by the exponent trick; the first uniform is in (0, 1], so its log is finite.
    const std::uint64_t bits1 = blocks->low[lane] >> 12 | 0x3ff0000000000000ULL;
    const std::uint64_t bits2 = blocks->high[lane] >> 12 | 0x3ff0000000000000ULL;
    double one_to_two, angle;
    std::memcpy(&one_to_two, &bits1, sizeof one_to_two);
    std::memcpy(&angle, &bits2, sizeof angle);
    const double radius = std::sqrt(-2.0 * stable_log(2.0 - one_to_two));
    double cosine, sine;
    stable_cos_sin(angle - 1.0, &cosine, &sine);
    out[2 * lane] = radius * cosine;
    out[2 * lane + 1] = radius * sine;
  }
}

// Calls use(blocks, item of the blocks' first value, from, to) for the values [from, to) of each run of
// blocks that the items first .. first+count-1 touch.
template <class Use>
void for_blocks(StreamKey key, Draw draw, std::int64_t step, std::int64_t first, std::int64_t count,
                const Use& use) noexcept {
  const auto step_bits = static_cast<std::uint64_t>(step);
  const auto counter2 = static_cast<std::uint32_t>(step_bits);
  const auto counter3 = static_cast<std::uint32_t>(draw) << 24 |
                        (static_cast<std::uint32_t>(step_bits >> 32) & 0x00ffffffU);
  Blocks blocks;
  for (std::int64_t item = first / 2 * 2; item < first + count; item += 2 * lanes) {
    philox_blocks(key[0], key[1], static_cast<std::uint64_t>(item / 2), counter2, counter3,
                  &blocks);
    const std::int64_t from = std::max<std::int64_t>(first - item, 0);
    const std::int64_t to = std::min<std::int64_t>(first + count - item, 2 * lanes);
    use(blocks, item + from - first, from, to);
  }
}

}  // namespace

void draw_bits(StreamKey key, Draw draw, std::int64_t step, std::int64_t first, std::int64_t count,
               std::uint64_t* out) noexcept {
  for_blocks(key, draw, step, first, count,
             [out](const Blocks& blocks, std::int64_t at, std::int64_t from, std::int64_t to) {
               for (std::int64_t i = from; i < to; ++i) {
                 out[at + i - from] = i % 2 == 0 ? blocks.low[i / 2] : blocks.high[i / 2];
               }
             });
}

void draw_normals(StreamKey key, std::int64_t step, std::int64_t first, std::int64_t count,
                  double* out) noexcept {
  for_blocks(key, Draw::normal, step, first, count,
             [out](const Blocks& blocks, std::int64_t at, std::int64_t from, std::int64_t to) {
               double values[2 * lanes];
               box_muller(&blocks, values);
               std::copy(values + from, values + to, out + at);
             });
}

}  // namespace assay
