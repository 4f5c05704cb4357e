// The short account of a run that `assay run` and `assay status` print.
#pragma once

#include "host/store/run_reader.h"

#include <string>

namespace assay::cli {

/// Per benchmark a line for each method: the primary metric's mean over finished seeds, and how many
/// cells are done, failed and missing.
std::string summary_table(const RunData& run);

/// "benchmark/method/seed: kind during phase: message (log: ...)", a line for each failed cell; after
/// `most` of them, how many more there are.
std::string failure_lines(const RunData& run, std::size_t most);

}  // namespace assay::cli
