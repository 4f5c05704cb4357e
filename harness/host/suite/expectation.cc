#include "host/suite/expectation.h"

#include <assay/common/text.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace assay {

namespace {

constexpr const char* forms = "write 'a > b', 'a < b < c' or 'a near b within 0.02'";

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_word(char c) {
  return !is_blank(c) && c != '<' && c != '>';
}

struct Token {
  std::string_view text;
  std::size_t offset = 0;

  bool is_sign() const { return text == "<" || text == ">"; }
};

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    while (is_word(text[at]) && end < text.size() && is_word(text[end])) ++end;
    tokens.push_back({text.substr(at, end - at), at});
    at = end;
  }
  return tokens;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), tokens_(tokens_of(text)) {}

  std::variant<Expectation, ExpectationProblem> parse() {
    if (tokens_.empty()) return ExpectationProblem{0, std::string("empty: ") + forms};
    if (name()) {
      const Token* word = next();
      if (word == nullptr) {
        fail(text_.size(), std::string("only one name: ") + forms);
      } else if (word->is_sign()) {
        chain(*word);
      } else if (word->text == "near") {
        near();
      } else {
        fail(word->offset, "expected '<', '>' or 'near', not " + quote(word->text));
      }
    }
    if (!problem_.message.empty()) return problem_;
    return found_;
  }

 private:
  const Token* next() { return at_ < tokens_.size() ? &tokens_[at_++] : nullptr; }

  bool fail(std::size_t offset, std::string message) {
    problem_ = {offset, std::move(message)};
    return false;
  }

  bool name() {
    const Token* word = next();
    if (word == nullptr) return fail(text_.size(), "a name is missing at the end");
    if (word->is_sign()) return fail(word->offset, "a name is missing before " + quote(word->text));
    const char first = word->text.front();
    if (!((first >= 'a' && first <= 'z') || (first >= '0' && first <= '9'))) {
      return fail(word->offset, "expected a name, not " + quote(word->text));  // "a >= b"
    }
    const std::string given(word->text);
    if (std::find(found_.names.begin(), found_.names.end(), given) != found_.names.end()) {
      return fail(word->offset, quote(given) + " stands here twice");
    }
    found_.names.push_back(given);
    found_.offsets.push_back(word->offset);
    return true;
  }

  void chain(const Token& first) {
    found_.kind = first.text == "<" ? Expectation::Kind::less : Expectation::Kind::greater;
    while (name()) {
      const Token* sign = next();
      if (sign == nullptr) return;
      if (!sign->is_sign()) {
        fail(sign->offset,
             "expected " + quote(first.text) + " or the end, not " + quote(sign->text));
        return;
      }
      if (sign->text != first.text) {
        fail(sign->offset, "a chain keeps one direction: " + quote(first.text) + " came before " +
                               quote(sign->text));
        return;
      }
    }
  }

  void near() {
    found_.kind = Expectation::Kind::near;
    if (!name()) return;
    const Token* within = next();
    if (within == nullptr || within->text != "within") {
      fail(within == nullptr ? text_.size() : within->offset,
           "'near' needs a distance: a near b within 0.02");
      return;
    }
    const Token* number = next();
    if (number == nullptr) {
      fail(text_.size(), "a number is missing after 'within'");
      return;
    }
    const char* end = number->text.data() + number->text.size();
    const auto read = std::from_chars(number->text.data(), end, found_.within);
    if (read.ec != std::errc() || read.ptr != end || !std::isfinite(found_.within) ||
        found_.within <= 0) {
      fail(number->offset,
           "expected a number greater than 0 after 'within', not " + quote(number->text));
      return;
    }
    if (const Token* more = next()) {
      fail(more->offset, "nothing may follow the number, not " + quote(more->text));
    }
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Expectation found_;
  ExpectationProblem problem_;
};

}  // namespace

std::variant<Expectation, ExpectationProblem> parse_expectation(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace assay
