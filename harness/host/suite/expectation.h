// What a claim expects, as text and as parts.
//
//   expectation = chain | near
//   chain       = name "<" name { "<" name }  |  name ">" name { ">" name }
//   near        = name "near" name "within" number
//   name        = a method variant's name or a reference's id: [a-z0-9][a-z0-9._=,-]*
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay {

/// The values of `names` in a metric's own units. A metric that is better when smaller is written
/// the other way round: the expectation speaks of numbers, not of better and worse.
struct Expectation {
  enum class Kind { less, greater, near };

  Kind kind = Kind::less;
  std::vector<std::string> names;    ///< two or more; of `near` exactly two
  std::vector<std::size_t> offsets;  ///< where each name begins in the text
  double within = 0;                 ///< of `near`: the largest distance
};

/// Why a text is not an expectation.
struct ExpectationProblem {
  std::size_t offset = 0;
  std::string message;
};

std::variant<Expectation, ExpectationProblem> parse_expectation(std::string_view text);

}  // namespace assay
