// The largest suite that is allowed, 10,000 cells of methods, and a finished run of it with made-up
// results.
#pragma once

#include "host/executor/run_suite.h"

#include <filesystem>
#include <string>

namespace assay::bench {

/// 10 benchmarks of 25 variants and 40 seeds.
std::string large_suite_text();

/// As `assay plan` reads it. Asks the installation's worker for families and expansions, unless the
/// cache has them.
SuiteToRun large_suite(const Catalogue& catalogue);

/// The catalogue of this build.
Catalogue installed_catalogue();

/// Writes run.json and all cell files into `folder`, which must not exist.
void write_large_run(const SuiteToRun& suite, const std::filesystem::path& folder);

}  // namespace assay::bench
