// A method tried end to end on its family's small benchmark.
#pragma once

#include <assay/plugin.h>

#include <string>
#include <vector>

namespace assay {

/// Computes the benchmark's stages for two seeds, fits and scores the method with its default
/// parameters, and returns whatever went wrong as sentences (empty: it works).
std::vector<std::string> smoke_test(const MethodEntry& method);

}  // namespace assay
