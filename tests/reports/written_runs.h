// The made-up runs that reports are tried on besides made_up_run.h. Each is the same bytes each
// time.
#pragma once

#include "run_spec.h"

namespace assay::reports::test {

/// 12 methods on 12 benchmarks of one family and on 4 of another, 10 seeds: equal methods, better
/// ones, a sweep, an oracle, references, a few failed cells.
RunSpec big_run();

/// 50 methods on 10 benchmarks, 20 seeds: 10,000 cells.
RunSpec many_cells_run();

/// A plan of which nothing has run.
RunSpec planned_run();

/// Every kind of failure (docs/results.md), missing cells, logs.
RunSpec failures_run();

/// Texts that hurt pages which do not expect them, wherever a suite, plugin or log can put them.
RunSpec hostile_run();

}  // namespace assay::reports::test
