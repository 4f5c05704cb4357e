// Asks the worker which stages and cells a benchmark consists of.
#pragma once

#include <assay/common/parameters_json.h>

#include <string>
#include <vector>

namespace assay {

struct ExpansionRequest {
  std::string family;
  Json settings;  ///< resolved
};

/// EXPANSION of docs/protocol.md, or why there is none.
struct Expansion {
  Json value;
  std::string error;  ///< "" when there is a value
};

/// One answer per request, in order; one worker call for those that are not cached. Throws Error when
/// the worker cannot start.
std::vector<Expansion> expand(const std::vector<ExpansionRequest>& requests);

}  // namespace assay
