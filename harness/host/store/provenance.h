// Where a run was made: for run.json.
#pragma once

#include <assay/common/parameters_json.h>

#include <filesystem>
#include <string>
#include <vector>

namespace assay {

/// "provenance" of run.json: build, host, processor, cores, threads_per_worker, command, git (of the
/// folder the suite lies in; null outside of a repository), started.
Json provenance(const Json& build, const std::vector<std::string>& command,
                const std::filesystem::path& suite_file);

}  // namespace assay
