#include "host/suite/apart.h"

#include <assay/common/text.h>

#include <algorithm>
#include <vector>

namespace assay {

namespace {

Json words_of_capabilities(const Json& family) {
  Json words = family.value("apart", Json::object());
  for (const Json& capability : family.value("oracle_capabilities", Json::array())) {
    words.emplace(capability.get<std::string>(), "needs an oracle");
  }
  return words;
}

void add(std::vector<std::string>& reasons, const Json& words) {
  const std::string reason = words.get<std::string>();
  if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
    reasons.push_back(reason);
  }
}

}  // namespace

std::string reason_apart(const Json& family, const Json& method, const Json& apart_parameters,
                         const Json& parameters) {
  std::vector<std::string> reasons;
  const Json words = words_of_capabilities(family);
  for (const Json& need : method.value("needs", Json::array())) {
    const auto found = words.find(need.get<std::string>());
    if (found != words.end()) add(reasons, *found);
  }
  for (const auto& [parameter, reason] : apart_parameters.items()) {
    if (parameters.contains(parameter)) add(reasons, reason);
  }
  return join(reasons, ", ");
}

}  // namespace assay
