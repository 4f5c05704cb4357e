// Which values of a method's parameters the rules are checked with.
#pragma once

#include <assay/common/parameters_json.h>
#include <assay/method.h>

#include <string>
#include <vector>

namespace assay {

/// One way of choosing the parameters: a name for messages, and all values.
struct Choice {
  std::string name;
  Json parameters;
};

/// The defaults ("the defaults"), then each parameter in turn at each end of its range, at each of
/// its texts, and at the other boolean. A required parameter starts at its lowest value, its first
/// text, 1 or false.
std::vector<Choice> choices(const MethodInfo& info);

/// Values of one per_row parameter for `rows` rows, from its value in `start` on towards its
/// farther values: different ones as far as its range allows. Empty when it has no value there.
std::vector<Json> values_by_row(const ParameterSpec& spec, const Json& start, std::size_t rows);

}  // namespace assay
