// What a claim expects, as text and as parts.
//
//   expectation = chain | margin | near | level | fit | trend
//   chain       = name "<" name { "<" name }  |  name ">" name { ">" name }
//   margin      = name ( "<" | ">" ) name ( "+" | "-" ) number       blanks around the sign
//   near        = name "near" name "within" number  |  name "within" number "of" name
//   level       = name "in" range
//   fit         = ( "slope" | "threshold" ) "(" sweep ")" "in" range
//   trend       = ( "increasing" | "decreasing" | "monotone" ) "(" sweep ")"
//   sweep       = [ "log" ] metric "," [ "log" ] axis
//   axis        = a parameter's key, or a benchmark setting with dots: weak.labels
//   range       = "[" bound "," bound "]"
//   bound       = number | "inf" | "-inf"
//   name        = row [ "@" benchmark ]       all names of a claim, or none; none of a level's
//   row         = a method variant's name or a reference's id: [a-z0-9][a-z0-9._=,-]*
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay {

/// The values of `names` in a metric's own units. A metric that is better when smaller is written
/// the other way round: the expectation speaks of numbers, not of better and worse.
struct Expectation {
  enum class Kind {
    less,
    greater,
    near,
    level,
    slope,
    threshold,
    increasing,
    decreasing,
    monotone
  };

  Kind kind = Kind::less;
  std::vector<std::string> names;       ///< of chain and near: two or more; of near exactly two,
                                        ///< of level one
  std::vector<std::size_t> offsets;     ///< where each name begins in the text
  std::vector<std::string> benchmarks;  ///< of "xent@debate" where each stands; else empty texts
  double within = 0;                    ///< of near: the largest distance
  double margin = 0;                    ///< of less and greater: left < right + margin

  // Of the kinds that speak of a sweep.
  std::string metric, axis;
  std::size_t metric_offset = 0, axis_offset = 0;  ///< where they begin in the text
  bool log_metric = false, log_axis = false;       ///< natural logarithms are taken first
  /// Of level, slope and threshold: low < high, at most one is infinite.
  double low = 0, high = 0;
  std::size_t range_offset = 0;  ///< of '['

  /// Whether it compares rows of benchmarks that it names.
  bool across() const noexcept { return !benchmarks.empty() && !benchmarks.front().empty(); }
  bool sweeps() const noexcept { return kind >= Kind::slope; }
  /// Whether it names a range for a fitted number.
  bool fits() const noexcept { return kind == Kind::slope || kind == Kind::threshold; }
};

/// Why a text is not an expectation.
struct ExpectationProblem {
  std::size_t offset = 0;
  std::string message;
};

std::variant<Expectation, ExpectationProblem> parse_expectation(std::string_view text);

/// The forms that speak of a sweep: a word and a parenthesis begin them. Part of parse_expectation.
bool begins_sweep(std::string_view text);
std::variant<Expectation, ExpectationProblem> parse_sweep_expectation(std::string_view text);

/// Reads "in [lo, hi]" from `at` to the end of the text into `found`. Part of parse_expectation.
std::optional<ExpectationProblem> parse_range(std::string_view text, std::size_t at,
                                              Expectation& found);

}  // namespace assay
