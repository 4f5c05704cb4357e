#include "host/suite/quantity.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace assay {

namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr Unit time_units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
constexpr Unit size_units[] = {
    {"B", 1},
    {"kB", 1e3},
    {"KB", 1e3},
    {"MB", 1e6},
    {"GB", 1e9},
    {"TB", 1e12},
    {"KiB", 1024.0},
    {"MiB", 1048576.0},
    {"GiB", 1073741824.0},
    {"TiB", 1099511627776.0},
};

void skip_blanks(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

/// Takes "10 m" off the front of `text`.
template <std::size_t N>
std::optional<double> take(std::string_view& text, const Unit (&units)[N]) {
  double number = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (read.ec != std::errc() || !std::isfinite(number)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  skip_blanks(text);
  std::size_t length = 0;
  while (length < text.size() && ((text[length] | 0x20) >= 'a' && (text[length] | 0x20) <= 'z')) {
    ++length;
  }
  for (const Unit& unit : units) {
    if (text.substr(0, length) != unit.name) continue;
    text.remove_prefix(length);
    skip_blanks(text);
    return number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> parse_seconds(std::string_view text) {
  double seconds = 0;
  skip_blanks(text);
  do {
    const std::optional<double> part = take(text, time_units);
    if (!part || *part < 0) return std::nullopt;
    seconds += *part;
  } while (!text.empty());
  return seconds;
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  skip_blanks(text);
  const std::optional<double> bytes = take(text, size_units);
  if (!bytes || !text.empty() || *bytes < 0 || *bytes >= 9.2e18) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(*bytes));
}

}  // namespace assay
