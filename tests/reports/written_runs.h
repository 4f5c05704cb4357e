// The made-up runs that reports are tried on besides made_up_run.h. Each is the same bytes each
// time.
#pragma once

#include "run_spec.h"

namespace assay::reports::test {

/// 12 methods on 12 benchmarks of one family and on 4 of another, 10 seeds: equal methods, better
/// ones, a sweep, methods that rank apart, references, a few failed cells.
RunSpec big_run();

/// 50 methods on 10 benchmarks, 20 seeds: 10,000 cells.
RunSpec many_cells_run();

/// A plan of which nothing has run.
RunSpec planned_run();

/// Continual learning: curves of five tasks for methods that forget more and less.
RunSpec stream_run();

/// Unlearning: checkpoints, KLoM percentiles and attacks with their reference rows; the second
/// benchmark is convex and measured by another primary metric.
RunSpec forget_run();

/// Every kind of failure (docs/results.md), missing cells, logs.
RunSpec failures_run();

/// Texts that hurt pages which do not expect them, wherever a suite, plugin or log can put them.
RunSpec hostile_run();

}  // namespace assay::reports::test
