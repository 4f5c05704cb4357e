// Which rows of a benchmark may be called the best.
#pragma once

#include "reports/analysis/results.h"

#include <string>
#include <vector>

namespace assay::reports {

/// Names of the methods with the best mean of the primary metric (of a ratio: of its numerator,
/// whose denominator the rows share) and of all that the data do not tell apart from it: the paired
/// t tests against the best do not reject at level .05 after Holm over them. A test that cannot be
/// made (fewer than two pairs, no spread) rejects nothing. Oracles and references do not compete.
/// Empty where the metric has no better direction or nothing has a value.
std::vector<std::string> best_group(const BenchmarkResults& benchmark);

}  // namespace assay::reports
