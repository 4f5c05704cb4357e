// Counter-based random numbers: a stream is a function of (seed, purpose, number), so streams are
// made anywhere, in any order, and never shared.
#pragma once

#include <cstdint>
#include <string_view>

namespace assay {

/// The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014; constants of Stafford's mix
/// 13).
constexpr std::uint64_t mix_bits(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// FNV-1a of the text, mixed with the seed: the start of all streams of one purpose.
constexpr std::uint64_t stream_key(std::uint64_t seed, std::string_view purpose) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char letter : purpose) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
  return mix_bits(hash ^ mix_bits(seed + 0x9e3779b97f4a7c15ULL));
}

/// SplitMix64 from a start that depends on the key and the stream's number.
class RandomStream {
 public:
  constexpr RandomStream(std::uint64_t key, std::uint64_t number) noexcept
      : state_(mix_bits(key + mix_bits(number + 1))) {}

  constexpr std::uint64_t next() noexcept { return mix_bits(state_ += 0x9e3779b97f4a7c15ULL); }

  /// A number below `limit`, which must be positive and far below 2^32: each is as probable as the
  /// others up to limit / 2^32.
  constexpr std::uint32_t below(std::uint32_t limit) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * limit) >> 32);
  }

 private:
  std::uint64_t state_;
};

}  // namespace assay
