// Which methods rank apart: they use what the others of their benchmark do without, so that a
// common ranking would mean nothing.
#pragma once

#include <assay/common/parameters_json.h>

#include <map>
#include <set>
#include <string>

namespace assay {

/// Names of the variants that rank apart, by benchmark id.
using MethodsApart = std::map<std::string, std::set<std::string>>;

/// In words why a method ranks apart, "" for one that competes: what `family` (FAMILY) says below
/// "apart" of the capabilities that `method` (METHOD) needs, and what `apart_parameters` (of the
/// benchmark's EXPANSION) says of those that `parameters` (resolved) has. Several reasons are
/// joined by commas. The families of earlier versions list "oracle_capabilities" without words.
std::string reason_apart(const Json& family, const Json& method, const Json& apart_parameters,
                         const Json& parameters);

}  // namespace assay
