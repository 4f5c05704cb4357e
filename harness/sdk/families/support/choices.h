// Which values of a method's parameters the rules are checked with.
#pragma once

#include <assay/common/parameters_json.h>
#include <assay/method.h>

#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// One way of choosing the parameters: a name for messages, and all values.
struct Choice {
  std::string name;
  Json parameters;
  bool defaults = false;  ///< the first: what a suite that says nothing gets
};

/// The defaults ("the defaults"), then each parameter in turn at each end of its range, at each of
/// its texts, and at the other boolean. A required parameter starts at its lowest value, its first
/// text, 1 or false.
std::vector<Choice> choices(const MethodInfo& info);

/// Values of one per_row parameter for `rows` rows, from its value in `start` on towards its
/// farther values: different ones as far as its range allows. Empty when it has no value there.
std::vector<Json> values_by_row(const ParameterSpec& spec, const Json& start, std::size_t rows);

/// Rows that differ in one per_row parameter, by values_by_row: a name for messages, and each row's
/// values; no rows when the parameter has no value.
struct RowChoices {
  std::string name;
  std::vector<Json> parameters;
};
RowChoices row_choices(const ParameterSpec& spec, const Json& start, std::size_t rows);

/// Whether the method declared the need.
bool has_need(const MethodInfo& info, std::string_view need);

/// Goes through a method's choices by trials.check_choice(choice), and its per_row parameters by
/// trials.check_values(spec, the defaults). What is broken already by the defaults would be said
/// once more for every choice: then nothing else is tried.
template <class Trials>
void check_all_choices(const MethodInfo& info, Trials& trials,
                       const std::vector<std::string>& breaches) {
  const std::vector<Choice> all = choices(info);
  for (const Choice& choice : all) {
    trials.check_choice(choice);
    if (choice.defaults && !breaches.empty()) return;
  }
  for (const ParameterSpec& spec : info.parameters) {
    if (spec.varies_by_row && !info.single_row) {
      trials.check_values(spec, all.front().parameters);
    }
  }
}

}  // namespace assay
