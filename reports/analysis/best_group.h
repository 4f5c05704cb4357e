// Which rows of a benchmark may be called the best.
#pragma once

#include "reports/analysis/results.h"

#include <string>
#include <vector>

namespace assay::reports {

/// Names of the methods whose place on this benchmark alone may be the first: those in one group
/// with the best mean (pool.h), of which no two are told apart by paired t tests at level .05 after
/// Holm over all pairs. All pairs, and not those with the best alone: the best is chosen by the same
/// data. Methods that rank apart and references do not compete. In the suite's order; empty where the metric has no
/// better direction or nothing has a value.
std::vector<std::string> best_group(const RunResults& results, std::size_t benchmark);

}  // namespace assay::reports
