// `--set KEY=VALUE`: values that take the place of a suite's.
#pragma once

#include "host/suite/reading.h"

namespace assay {

/// Applies `reading.overrides` to the tree, in order. KEY is a dotted path:
///   seeds, title, ...               a key of [suite]
///   limits.time                     a key of [limits]
///   BENCHMARK.train.epochs          a key of that benchmark; `*` means every benchmark
///   methods.NAME.alpha              a parameter of the method entry called NAME, in every
///   benchmark BENCHMARK.methods.NAME.alpha    the same in one benchmark
/// VALUE is a TOML value, else text as it stands. What was set is checked like the file's own
/// values; keys that lead nowhere are mistakes at once.
void apply_overrides(Reading& reading, Node& root);

}  // namespace assay
