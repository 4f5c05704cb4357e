// Keys: content hashes of everything that can change a result, and of nothing that cannot.
#pragma once

#include <assay/common/parameters_json.h>

#include <string>
#include <vector>

namespace assay {

/// Hash of a table of components.
std::string key_of(const Json& components);

/// Each component's short hash, by name: kept in cell files, so that a later plan can say which
/// component changed.
Json parts_of(const Json& components);

/// The names of the parts that differ.
std::vector<std::string> changed_parts(const Json& before, const Json& after);

/// "the plugin", "libassay, LibTorch or this machine's processor", ...: a part's name for people.
std::string part_title(const std::string& part);

}  // namespace assay
