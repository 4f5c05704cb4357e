// The numbers that a page's script works with: those of the page's tables, no others.
#pragma once

#include "reports/analysis/results.h"

#include <string>

namespace assay::reports {

/// One line of JSON that can stand between <script> tags:
///   {"benchmarks": [{"id", "title", "family", "baseline", "seeds": [...], "primary": index,
///     "metrics": [{"id", "title", "better": "higher" | "lower" | "neither", "decimals"}],
///     "rows": [{"name", "title", "reference", "apart", "state": one letter a seed (d, f, m),
///               "values": [[a number or null a seed] a metric]}]}]}
/// `primary`: the metric that rows are compared on; of a ratio its numerator. Values are rounded to
/// eight significant digits.
std::string page_data(const RunResults& results);

}  // namespace assay::reports
