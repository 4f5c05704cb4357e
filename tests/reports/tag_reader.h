// What the strict readers of XML and HTML have in common: the text, the place in it, and characters
// with the five references that reports use.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace assay::reports::test {

class TagReader {
 protected:
  explicit TagReader(const std::string& text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }

  bool eat(std::string_view what) {
    if (text_.compare(at_, what.size(), what) != 0) return false;
    at_ += what.size();
    return true;
  }

  /// The longest run of characters that `is_name` takes, perhaps none.
  template <typename IsName>
  std::string name_of(const IsName& is_name) {
    const std::size_t from = at_;
    while (!at_end() && is_name(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }

  /// One character, its reference resolved; `bare` hears of a & or of `forbidden` that stands by
  /// itself.
  template <typename Bare>
  std::string character(char forbidden, const Bare& bare) {
    for (const auto& [reference, meaning] : {std::pair{"&lt;", "<"},
                                             {"&gt;", ">"},
                                             {"&amp;", "&"},
                                             {"&quot;", "\""},
                                             {"&#39;", "'"}}) {
      if (eat(reference)) return meaning;
    }
    if (text_[at_] == '&' || text_[at_] == forbidden) bare();
    return std::string(1, text_[at_++]);
  }

  /// The bytes around the present place, `before` of them before it.
  std::string around(std::size_t before) const {
    return "byte " + std::to_string(at_) + ": " +
           text_.substr(at_ < before ? 0 : at_ - before, 2 * before);
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace assay::reports::test
