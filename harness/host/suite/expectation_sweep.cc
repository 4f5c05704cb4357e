// The expectations that speak of a sweep: slope(log accuracy, log weak.labels) in [0.1, inf].
#include "host/suite/expectation.h"

#include <assay/common/text.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace assay {

namespace {

const std::vector<std::string> functions{"slope", "threshold", "increasing", "decreasing",
                                         "monotone"};
constexpr std::string_view marks = "()[],";

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_mark(char c) {
  return marks.find(c) != std::string_view::npos;
}

std::size_t word_end(std::string_view text, std::size_t at) {
  while (at < text.size() && !is_blank(text[at]) && !is_mark(text[at])) ++at;
  return at;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

// Letters of ids and of dotted paths.
bool is_path(std::string_view text) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), is_good);
}

class SweepParser {
 public:
  explicit SweepParser(std::string_view text) : text_(text) {}

  std::variant<Expectation, ExpectationProblem> parse() {
    const bool good =
        function() && expect("(") &&
        quantity("a metric", found_.log_metric, found_.metric, found_.metric_offset) &&
        expect(",") && quantity("an axis", found_.log_axis, found_.axis, found_.axis_offset) &&
        expect(")") && (!found_.fits() || range()) && end();
    if (!good) return problem_;
    return found_;
  }

  std::optional<ExpectationProblem> parse_range(std::size_t at, Expectation& found) {
    at_ = at;
    if (!range() || !end()) return problem_;
    found.low = found_.low;
    found.high = found_.high;
    found.range_offset = found_.range_offset;
    return std::nullopt;
  }

 private:
  struct Token {
    std::string_view text;  ///< "": the end
    std::size_t offset = 0;
  };

  Token peek() const {
    const std::size_t from = skip_blanks(text_, at_);
    if (from == text_.size()) return {{}, from};
    const std::size_t to = is_mark(text_[from]) ? from + 1 : word_end(text_, from);
    return {text_.substr(from, to - from), from};
  }

  Token next() {
    const Token token = peek();
    at_ = token.offset + token.text.size();
    return token;
  }

  bool fail(std::size_t offset, std::string message) {
    problem_ = {offset, std::move(message)};
    return false;
  }

  static std::string shown(const Token& token) {
    return token.text.empty() ? "the end" : quote(token.text);
  }

  bool function() {
    const Token word = next();
    const auto found = std::find(functions.begin(), functions.end(), word.text);
    if (found == functions.end()) {
      const std::string near = did_you_mean(word.text, functions);
      return fail(word.offset, "nothing is called " + quote(word.text) + " before '('" +
                                   (near.empty() ? "; there are " + join(functions, ", ") : near));
    }
    const auto first = static_cast<std::ptrdiff_t>(Expectation::Kind::slope);
    found_.kind = static_cast<Expectation::Kind>(first + (found - functions.begin()));
    return true;
  }

  bool expect(std::string_view wanted) {
    const Token token = next();
    if (token.text == wanted) return true;
    return fail(token.offset, "expected " + quote(wanted) + ", not " + shown(token));
  }

  // "log" is the logarithm where a name follows, else a name.
  bool quantity(const std::string& what, bool& log, std::string& name, std::size_t& offset) {
    Token word = next();
    if (word.text == "log" && !peek().text.empty() && !is_mark(peek().text.front())) {
      log = true;
      word = next();
    }
    if (!is_path(word.text)) {
      return fail(word.offset, "expected " + what + ", not " + shown(word));
    }
    name = word.text;
    offset = word.offset;
    return true;
  }

  bool bound(double& value) {
    const Token token = next();
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const char* end = token.text.data() + token.text.size();
    const auto read = std::from_chars(token.text.data(), end, value);
    const bool is_number = read.ec == std::errc() && read.ptr == end && std::isfinite(value);
    if (is_number) return true;
    if (token.text == "inf" || token.text == "-inf") {
      value = token.text == "inf" ? infinite : -infinite;
      return true;
    }
    return fail(token.offset, "expected a number, 'inf' or '-inf', not " + shown(token));
  }

  bool range() {
    if (!expect("in")) return false;
    found_.range_offset = peek().offset;
    if (!expect("[") || !bound(found_.low) || !expect(",") || !bound(found_.high) || !expect("]")) {
      return false;
    }
    if (!(found_.low < found_.high)) {
      return fail(found_.range_offset,
                  "the range is empty: its first number must be below its "
                  "second, not [" +
                      number_text(found_.low) + ", " + number_text(found_.high) + "]");
    }
    if (std::isinf(found_.low) && std::isinf(found_.high)) {
      return fail(found_.range_offset, "a range without ends claims nothing: give one of them");
    }
    return true;
  }

  bool end() {
    const Token token = next();
    return token.text.empty() ||
           fail(token.offset, "nothing may follow here, not " + quote(token.text));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Expectation found_;
  ExpectationProblem problem_;
};

}  // namespace

std::optional<ExpectationProblem> parse_range(std::string_view text, std::size_t at,
                                              Expectation& found) {
  return SweepParser(text).parse_range(at, found);
}

bool begins_sweep(std::string_view text) {
  const std::size_t from = skip_blanks(text, 0);
  const std::size_t to = word_end(text, from);
  const std::size_t after = skip_blanks(text, to);
  return to > from && after < text.size() && text[after] == '(' &&
         text.substr(from, to - from).find_first_of("<>") == std::string_view::npos;
}

std::variant<Expectation, ExpectationProblem> parse_sweep_expectation(std::string_view text) {
  return SweepParser(text).parse();
}

}  // namespace assay
