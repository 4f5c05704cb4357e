// BUILD (docs/protocol.md): everything about this worker that can change a result.
#pragma once

#include <assay/common/parameters_json.h>

#include <filesystem>

namespace assay {

Json build_info();

/// The file of libassay that this process has loaded. Throws Error when it cannot be found.
std::filesystem::path loaded_library();

}  // namespace assay
