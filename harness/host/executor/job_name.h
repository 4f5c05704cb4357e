// What jobs are called: on the wire, and as <run>/logs/<name>.log.
#pragma once

#include "host/store/block.h"

#include <string>

namespace assay {

/// "narrow-view~logconf~0-4": the parts as path_name() writes them, which never writes the '~' between
/// them (ids may hold dots), so that different jobs have different names. A sweep's job carries the
/// name of its first value and ".x<number of values>"; a row that runs without its block ".alone".
std::string cells_job_name(const std::string& benchmark, const std::string& method,
                           const Seeds& seeds, std::size_t values = 1);
std::string alone_job_name(const std::string& benchmark, const std::string& method,
                           std::uint64_t seed);
/// "stage~narrow-view~weak~0-4~<beginning of the key>".
std::string stage_job_name(const std::string& benchmark, const std::string& stage,
                           const Seeds& seeds, const std::string& key);

}  // namespace assay
