#include "host/suite/source.h"

#include <assay/common/text.h>

#include <algorithm>
#include <utility>

namespace assay {

namespace {

// Lines up to `shown_whole` bytes are shown as they are, of longer ones the caret's surroundings.
constexpr std::size_t shown_whole = 160;
constexpr std::uint32_t shown_before = 90;
constexpr std::uint32_t shown_after = 60;

/// One character of a line: its bytes, its code point and its width on a terminal.
struct Character {
  std::string_view bytes;
  int width = 1;
  bool bad = false;  // a byte that is not UTF-8, or a control character
};

struct WidthRange {
  char32_t first, last;
  int width;
};

// Combining marks, and the wide blocks of East Asian Width (Unicode TR 11), roughly.
constexpr WidthRange widths[] = {
    {0x0300, 0x036F, 0},   {0x200B, 0x200F, 0},   {0x20D0, 0x20FF, 0},   {0xFE00, 0xFE0F, 0},
    {0x1100, 0x115F, 2},   {0x2E80, 0xA4CF, 2},   {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},
    {0xFE30, 0xFE6F, 2},   {0xFF00, 0xFF60, 2},   {0xFFE0, 0xFFE6, 2},   {0x1F300, 0x1F64F, 2},
    {0x1F680, 0x1F6FF, 2}, {0x1F900, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2},
};

char32_t code_point(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() == 1) return first;
  char32_t point = first & (0xFFU >> (bytes.size() + 1));
  for (const char byte : bytes.substr(1)) {
    point = (point << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  return point;
}

Character next_character(std::string_view text) {
  Character found;
  for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length) {
    if (!is_utf8(text.substr(0, length))) continue;
    found.bytes = text.substr(0, length);
    const char32_t point = code_point(found.bytes);
    // C1 controls too: some terminals take them for escape sequences.
    found.bad = (point < 0x20 && point != '\t') || (point >= 0x7F && point < 0xA0);
    for (const WidthRange& range : widths) {
      if (point >= range.first && point <= range.last) found.width = range.width;
    }
    return found;
  }
  found.bytes = text.substr(0, 1);
  found.bad = true;
  return found;
}

}  // namespace

Source::Source(std::string text) : text_(std::move(text)) {
  starts_.push_back(0);
  for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) {
    starts_.push_back(at + 1);
  }
}

std::string_view Source::line(std::uint32_t number) const {
  if (number == 0 || number > starts_.size()) return {};
  const std::size_t begin = starts_[number - 1];
  const std::size_t end = number < starts_.size() ? starts_[number] - 1 : text_.size();
  std::string_view line = std::string_view(text_).substr(begin, end - begin);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

Place Source::place(std::size_t offset) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  Place at;
  at.line = static_cast<std::uint32_t>(after - starts_.begin());
  at.column = 1;
  std::string_view rest = std::string_view(text_).substr(*(after - 1), offset - *(after - 1));
  for (; !rest.empty(); ++at.column) rest.remove_prefix(next_character(rest).bytes.size());
  return at;
}

Place Source::inside(const Place& at, std::string_view value, std::size_t offset) const {
  if (at.override_index >= 0) return at;
  std::string_view rest = line(at.line);
  for (std::uint32_t column = 1; column < at.column && !rest.empty(); ++column) {
    rest.remove_prefix(next_character(rest).bytes.size());
  }
  if (rest.empty() || (rest[0] != '"' && rest[0] != '\'') ||
      rest.substr(1, value.size()) != value) {
    return at;
  }
  Place found = at;
  ++found.column;
  for (rest = value.substr(0, offset); !rest.empty(); ++found.column) {
    rest.remove_prefix(next_character(rest).bytes.size());
  }
  return found;
}

std::string Source::snippet(const Place& at) const {
  if (at.override_index >= 0 || at.line == 0) return "";
  std::string number = std::to_string(at.line);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
  std::string shown = number + " | ";
  std::string caret = std::string(number.size(), ' ') + " | ";

  std::string_view rest = line(at.line);
  const bool whole = rest.size() <= shown_whole;
  const std::uint32_t first = !whole && at.column > shown_before + 1 ? at.column - shown_before : 1;
  if (first > 1) {
    shown += "...";
    caret += "   ";
  }
  for (std::uint32_t column = 1; !rest.empty(); ++column) {
    if (!whole && column > at.column + shown_after) {
      shown += "...";
      break;
    }
    const Character character = next_character(rest);
    rest.remove_prefix(character.bytes.size());
    if (column < first) continue;
    shown += character.bad ? "?" : character.bytes;
    if (column < at.column) {
      caret += character.bytes == "\t"
                   ? std::string("\t")
                   : std::string(static_cast<std::size_t>(character.width), ' ');
    }
  }
  return shown + "\n" + caret + "^\n";
}

}  // namespace assay
