// Parts of the JSON report that several files write.
#pragma once

#include "reports/analysis/analysis.h"

namespace assay::reports {

/// What is not finite is null.
Json number_or_null(double value);
Json to_json(const Estimate& estimate);
/// With how the benchmarks' seeds go together. The spread is `sd`, of the seeds' averages, or where
/// no seed is shared `se`, the standard error.
Json to_json(const OverBenchmarks& over);
/// The methods of a family against each other. In json_pool.cc.
Json pool_json(const RunResults& results, const Pool& pool);

}  // namespace assay::reports
