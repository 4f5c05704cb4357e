// Descriptions of parameters as text.
#pragma once

#include <assay/common/parameters_json.h>

#include <string>

namespace assay::cli {

/// One line a parameter: name, type, default, range, help; the fields of tables and variants below
/// them, further in. `parameters` is a list of PARAMETER (docs/protocol.md).
std::string parameter_text(const Json& parameters);

}  // namespace assay::cli
