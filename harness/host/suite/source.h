// The text of a suite file: places in it, and how a mistake is shown.
#pragma once

#include "host/suite/node.h"

#include <string>
#include <string_view>
#include <vector>

namespace assay {

class Source {
 public:
  /// `text` without byte order mark; it need not be UTF-8.
  explicit Source(std::string text);

  const std::string& text() const noexcept { return text_; }
  /// The line (from 1) without its ending; "" when there is none.
  std::string_view line(std::uint32_t number) const;
  /// The place of a byte of the text.
  Place place(std::size_t offset) const;
  /// The place of byte `offset` of the text value written at `at`, when it is a one-line string
  /// without escapes; else `at`.
  Place inside(const Place& at, std::string_view value, std::size_t offset) const;
  /// The line with its number, and below it a caret under the column. Long lines are cut around the
  /// caret; tabs and wide characters are allowed for; what a terminal might act upon is replaced.
  std::string snippet(const Place& at) const;

 private:
  std::string text_;
  std::vector<std::size_t> starts_;  // offset of each line
};

}  // namespace assay
