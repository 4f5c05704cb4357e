// Whether a plugin was built with what this worker was built with.
#pragma once

#include <assay/abi.h>

#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Compares field by field; each difference is one line, e.g. "torch: plugin has 2.12.0+cpu, this
/// Assay has 2.13.0+cpu". Size and magic come first: when they differ nothing further is read.
std::vector<std::string> abi_differences(const AbiBlock& plugin, const AbiBlock& own);

/// The same for the content of a file's `.assay_abi` section, which may be of any length.
std::vector<std::string> abi_differences(std::string_view section, const AbiBlock& own);

/// The block's fields by name, as text: for the plugin's description.
std::vector<std::pair<std::string, std::string>> abi_fields(const AbiBlock& block);

/// How to rebuild a plugin against this installation (one or more lines).
std::string how_to_rebuild();

}  // namespace assay
