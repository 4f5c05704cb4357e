// The part of JSON Schema (draft 2020-12) that docs/schemas uses. A keyword that is not known here
// is an error: a schema never says more than what is checked.
#pragma once

#include <assay/common/parameters_json.h>

#include <string>
#include <vector>

namespace assay::reports::test {

/// What is wrong with `document`, each as "/benchmarks/0/id: 3 is not of type string". Throws
/// std::runtime_error for a schema that uses something else.
std::vector<std::string> schema_mistakes(const Json& schema, const Json& document);

}  // namespace assay::reports::test
