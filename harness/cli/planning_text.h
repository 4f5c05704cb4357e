// What a suite can decide, as `assay plan`, `validate` and `run` print it.
#pragma once

#include "host/statistics/planning.h"

#include <string>

namespace assay::cli {

/// {"level", "correction", "tests", "benchmarks": [...], "families": [...], "claims": [...],
/// "warnings": [TEXT...]}.
Json to_json(const SuitePlanning& plan);

/// Lines about seeds, benchmarks and claims; then "warning: ..." lines.
std::string planning_text(const SuitePlanning& plan);

/// Before a run: one line on what the claims can show, and the warnings about them. "" without
/// claims.
std::string claims_text(const SuitePlanning& plan);

}  // namespace assay::cli
