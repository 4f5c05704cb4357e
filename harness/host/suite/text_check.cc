#include "host/suite/text_check.h"

#include <assay/common/text.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

namespace {

/// Walks over TOML text outside strings and comments, and counts how deep keys and brackets go.
class DepthScan {
 public:
  explicit DepthScan(std::string_view text) : text_(text) {}

  /// Offset of the first character that lies too deep, or npos.
  std::size_t too_deep() {
    while (at_ < text_.size()) {
      step();
      if (depth() > deepest_key) return at_ - 1;
    }
    return std::string_view::npos;
  }

 private:
  // Every open bracket counts, and so do the dots of the keys that led to it: `a.b = { c.d = 1 }`.
  std::size_t depth() const { return open_dots_.size() + closed_over_ + dots_; }

  void step() {
    switch (text_[at_]) {
      case '"':
      case '\'':
        string(text_[at_]);
        return;
      case '#':
        at_ = std::min(text_.find('\n', at_), text_.size());
        return;
      case '.':
        ++dots_;
        break;
      case '[':
      case '{':
        open_dots_.push_back(dots_);
        closed_over_ += dots_;
        dots_ = 0;
        break;
      case ']':
      case '}':
        dots_ = 0;
        if (!open_dots_.empty()) {
          closed_over_ -= open_dots_.back();
          open_dots_.pop_back();
        }
        break;
      case ',':
        dots_ = 0;
        break;
      case '\n':
        // A line ends a key; inside brackets it separates items, as a comma does.
        dots_ = 0;
        break;
      default:
        break;
    }
    ++at_;
  }

  void string(char quote) {
    const std::string three(3, quote);
    const bool long_string = text_.substr(at_, 3) == three;
    at_ += long_string ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\' && quote == '"') {
        at_ += 2;
      } else if (long_string && text_.substr(at_, 3) == three) {
        at_ += 3;
        return;
      } else if (!long_string && (c == quote || c == '\n')) {  // a line's end: unterminated
        ++at_;
        return;
      } else {
        ++at_;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::size_t> open_dots_;  // for each open bracket, the dots of its key
  std::size_t closed_over_ = 0;         // their sum
  std::size_t dots_ = 0;                // of the key being read
};

}  // namespace

std::optional<Mistake> check_text(const Source& source) {
  const std::string& text = source.text();
  if (text.size() > largest_suite) {
    return Mistake{{},
                   "the file has more than the " + std::to_string(largest_suite) +
                       " bytes (1 MB) that a suite may have"};
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Mistake{{}, "the file is empty: a suite needs a [suite] table and a [[benchmark]]"};
  }
  if (std::size_t bad = 0; !is_utf8(text, &bad)) {
    static constexpr char hex[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(text[bad]);
    return Mistake{source.place(bad), std::string("not UTF-8: the byte 0x") + hex[byte >> 4] +
                                          hex[byte & 15] + " cannot stand here"};
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
    return Mistake{source.place(nul), "a NUL byte: is this a text file?"};
  }
  if (const std::size_t deep = DepthScan(text).too_deep(); deep != std::string::npos) {
    return Mistake{source.place(deep),
                   "nested more than " + std::to_string(deepest_key) + " levels deep"};
  }
  return std::nullopt;
}

}  // namespace assay
