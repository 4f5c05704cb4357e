// Parameters of methods that a benchmark's protocol sets by itself, as a search for a strength
// does.
#pragma once

#include "host/suite/catalogue.h"

#include <string>
#include <vector>

namespace assay {

/// What is wrong with an expansion's `set_parameters` (docs/protocol.md) for a benchmark's methods
/// (METHODs): a parameter that none of them has, one that cannot differ between the rows of a
/// cohort, and values that one of them does not take. Methods without the parameter are left alone.
std::vector<std::string> set_parameter_problems(const Json& set_parameters,
                                                const std::vector<Json>& methods);

}  // namespace assay
