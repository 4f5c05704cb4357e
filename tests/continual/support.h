// Streams learned inside one process, by methods that a test makes up.
#pragma once

#include "sdk/families/continual/example.h"
#include "sdk/families/continual/learner.h"
#include "support/family_benchmark.h"

#include <assay/continual.h>

namespace assay::continual::test {

using assay::test::error_of;
using assay::test::TemporaryFolder;

/// What a scenario tells with boundaries.
StreamOptions options_of(Scenario scenario);

/// Learns an example's stream with the hooks that `M` overrides.
template <class M>
Learned learn(const Example& example, M& method, Run& run, const StreamOptions& options) {
  return run_stream(example.problem, example.stream(), method, Method::overridden_hooks<M>(), run,
                    options);
}

/// Settings with the family's defaults filled in. Throws Error for the first mistake.
Json resolved(const Json& given);

}  // namespace assay::continual::test
