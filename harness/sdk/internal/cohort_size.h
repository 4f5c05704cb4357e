// How many models train together.
#pragma once

#include <cstdint>

namespace assay {

/// The most rows that a cohort of models of `parameters` parameters has on a CPU: a formula and never a
/// timing, since the size is part of a block's key. Every family's expansion uses it.
std::int64_t largest_cohort(std::int64_t parameters);

}  // namespace assay
