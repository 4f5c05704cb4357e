// Times and sizes as a suite writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace assay {

/// Seconds of "90s", "10m", "1.5h", "1h30m", "2d"; nothing for other text.
std::optional<double> parse_seconds(std::string_view text);

/// Bytes of "500MB" (powers of 1000) or "4GiB" (powers of 1024); nothing for other text, or when
/// they do not fit 63 bits.
std::optional<std::int64_t> parse_bytes(std::string_view text);

}  // namespace assay
