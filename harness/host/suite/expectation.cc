#include "host/suite/expectation.h"

#include <assay/common/text.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace assay {

namespace {

constexpr const char* forms =
    "write 'a > b', 'a < b < c', 'a > b + 0.02', 'a near b within 0.02', 'a in [lo, hi]', "
    "'slope(metric, axis) in [lo, hi]', 'threshold(metric, axis) in [lo, hi]' or "
    "'increasing(metric, axis)'";

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_word(char c) {
  return !is_blank(c) && c != '<' && c != '>';
}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("._=,-").find(c) != std::string_view::npos;
}

/// Where the first character stands that no name has; the size when there is none.
std::size_t odd_in(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_name) -
                                  text.begin());
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
      } else if (word->text == "within") {
        within_of();
      } else if (word->text == "in") {
        level(word->offset);
      } else {
        fail(word->offset, "expected '<', '>', 'near', 'within' or 'in', not " + quote(word->text));
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
    const std::size_t sign = std::min(word->text.find('@'), word->text.size());
    const std::string_view row = word->text.substr(0, sign);
    const std::string_view rest = word->text.substr(sign);
    const std::string_view benchmark = rest.substr(rest.empty() ? 0 : 1);
    const auto odd = odd_in(row), odd_rest = odd_in(benchmark);
    if (odd < row.size()) {
      return fail(word->offset + odd,
                  quote(word->text) + " is not a name" +
                      (row[odd] == '+' ? ": a margin has blanks around its sign, b + 0.02" : ""));
    }
    if (!rest.empty() && (benchmark.empty() || odd_rest < benchmark.size())) {
      return fail(word->offset + sign, "a benchmark's id follows '@', as in xent@narrow-view");
    }
    if (!found_.names.empty() && found_.across() == benchmark.empty()) {
      return fail(word->offset, quote(word->text) + " says " + (benchmark.empty() ? "no" : "a") +
                                    " benchmark and the name before it " +
                                    (benchmark.empty() ? "does" : "does not") +
                                    ": all names of a claim do, or none");
    }
    for (std::size_t i = 0; i < found_.names.size(); ++i) {
      if (found_.names[i] == row && found_.benchmarks[i] == benchmark) {
        return fail(word->offset, quote(word->text) + " stands here twice");
      }
    }
    found_.names.emplace_back(row);
    found_.benchmarks.emplace_back(benchmark);
    found_.offsets.push_back(word->offset);
    return true;
  }

  bool number(const char* after, double& value) {
    const Token* word = next();
    if (word == nullptr) {
      return fail(text_.size(), "a number is missing after '" + std::string(after) + "'");
    }
    const char* end = word->text.data() + word->text.size();
    const auto read = std::from_chars(word->text.data(), end, value);
    if (read.ec == std::errc() && read.ptr == end && std::isfinite(value) && value > 0) return true;
    return fail(word->offset, "expected a number greater than 0 after '" + std::string(after) +
                                  "', not " + quote(word->text));
  }

  void end() {
    if (const Token* more = next()) {
      fail(more->offset, "nothing may follow the number, not " + quote(more->text));
    }
  }

  void chain(const Token& first) {
    found_.kind = first.text == "<" ? Expectation::Kind::less : Expectation::Kind::greater;
    while (name()) {
      const Token* sign = next();
      if (sign == nullptr) return;
      if (!sign->is_sign()) {
        margin(first, *sign);
        return;
      }
      if (sign->text != first.text) {
        fail(sign->offset, "a chain keeps one direction: " + quote(first.text) + " came before " +
                               quote(sign->text));
        return;
      }
    }
  }

  void margin(const Token& first, const Token& sign) {
    const bool plus = sign.text == "+", minus = sign.text == "-";
    if (!plus && !minus) {
      const bool glued = sign.text.front() == '+' || sign.text.front() == '-';
      fail(sign.offset, "expected " + quote(first.text) + ", '+', '-' or the end, not " +
                            quote(sign.text) +
                            (glued ? ": a margin has blanks around its sign, b + 0.02" : ""));
    } else if (found_.names.size() > 2) {
      fail(sign.offset, "a margin needs exactly two names: split the chain into several claims");
    } else if (number(plus ? "+" : "-", found_.margin)) {
      if (minus) found_.margin = -found_.margin;
      end();
    }
  }

  void near() {
    found_.kind = Expectation::Kind::near;
    if (!name()) return;
    const Token* within = next();
    if (within == nullptr || within->text != "within") {
      fail(within == nullptr ? text_.size() : within->offset,
           "'near' needs a distance: a near b within 0.02");
    } else if (number("within", found_.within)) {
      end();
    }
  }

  // "a within 0.02 of b", after "within".
  void within_of() {
    found_.kind = Expectation::Kind::near;
    if (!number("within", found_.within)) return;
    const Token* of = next();
    if (of == nullptr || of->text != "of") {
      fail(of == nullptr ? text_.size() : of->offset,
           "'within' needs a second name: a within 0.02 of b");
    } else if (name()) {
      if (const Token* more = next()) {
        fail(more->offset, "nothing may follow the second name, not " + quote(more->text));
      }
    }
  }

  void level(std::size_t at) {
    found_.kind = Expectation::Kind::level;
    if (found_.across()) {
      fail(found_.offsets[0] + found_.names[0].size(),
           "a row's own value is claimed on every benchmark of 'on': leave '@" +
               found_.benchmarks[0] + "' out");
    } else if (const auto problem = parse_range(text_, at, found_)) {
      problem_ = *problem;
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
  if (begins_sweep(text)) return parse_sweep_expectation(text);
  return Parser(text).parse();
}

}  // namespace assay
