#include "reports/model/plain_text.h"

#include <assay/common/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace assay::reports {

namespace {

constexpr const char* replacement = "\ufffd";

// Bytes of the well-formed sequence that begins at `at`, or 0.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > text.size() || !is_utf8(text.substr(at, length))) return 0;
  return length;
}

std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  std::uint32_t point = byte(0) & (0xffu >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i) point = point << 6 | (byte(i) & 0x3fu);
  return point;
}

// Characters that change the order in which others are shown, or that no one can see. Not the
// joiners U+200C and U+200D, which belong to the spelling of some languages and to emoji.
bool is_deceptive(std::uint32_t point) {
  return (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
         point == 0x200b || point == 0x200e || point == 0x200f || point == 0x061c || point == 0xfeff ||
         point == 0x2028 || point == 0x2029;
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) {
      out += replacement;
      ++at;
      continue;
    }
    const std::string_view sequence = text.substr(at, length);
    const std::uint32_t point = code_point(sequence);
    at += length;
    if (point == '\r' && at < text.size() && text[at] == '\n') continue;
    if (point < 0x20 && point != '\n' && point != '\t') {
      out += fmt::format("\\x{:02x}", point);
    } else if (point == 0x7f || (point >= 0x80 && point < 0xa0)) {
      out += fmt::format("\\x{:02x}", point);
    } else if (is_deceptive(point)) {
      out += fmt::format("\\u{:04x}", point);
    } else {
      out += sequence;
    }
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string line = clean(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::replace(line.begin(), line.end(), '\t', ' ');
  return line;
}

std::string shortened(const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "\u2026";
}

std::string shell_word(std::string_view text) {
  const auto harmless = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./=,:+@%").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), harmless)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace assay::reports
