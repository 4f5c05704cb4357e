#include "reports/writers/markdown_text.h"

#include "reports/model/plain_text.h"

namespace assay::reports {

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string markdown(std::string_view foreign) {
  static constexpr std::string_view escaped = "|*_`[]~\\$";
  const std::string text = one_line(foreign);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (escaped.find(c) != std::string_view::npos) out += '\\';
      out += c;
      const bool mention = (c == '@' || c == '#') && is_word(next);
      if (mention || (c == ':' && next == '/')) out += "<!-- -->";
    }
  }
  return out;
}

}  // namespace assay::reports
