// `--seeds`, `--only`, `--methods`: parts of a suite.
#pragma once

#include "host/suite/suite.h"

#include <cstdint>
#include <string>
#include <vector>

namespace assay {

/// `--seeds N`: the seeds 0 .. N-1 in the suite and in every benchmark. Throws Error (wrong use)
/// for numbers that a suite could not have.
void keep_seeds(Suite& suite, std::int64_t count);

/// `--only GLOB`: the benchmarks whose id matches. Throws Error (wrong use) when none does. Returns
/// what the claims that are dropped with them say: a claim is tested on all of its benchmarks or
/// not at all.
std::vector<std::string> keep_benchmarks(Suite& suite, const std::string& glob);

/// `--methods A,B`: the variants whose name or method id matches one of the globs; benchmarks that
/// are left with none go. Throws Error (wrong use) when a glob matches nothing. Returns what the
/// claims that are dropped say. Claims that name only references and kept variants stay.
std::vector<std::string> keep_methods(Suite& suite, const std::vector<std::string>& globs);

}  // namespace assay
