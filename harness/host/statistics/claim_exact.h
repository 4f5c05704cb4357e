// Claims that the suite calls exact: numbers that are the same in every seed are no sample, and
// where they lie decides. Internal to host/statistics.
#pragma once

#include "host/statistics/claim_tests.h"
#include "host/statistics/claim_values.h"

namespace assay {

/// Exact values may differ by this share of the largest: long computations add up their rounding.
inline constexpr double exact_share = 1e-9;

/// Whether `quantity`, that of every seed, lies in `range` times `unit`. On an end of the range,
/// to exact_share of the `size` of what it was computed from, nothing is decided. With a note where
/// the values differ between seeds. Fills in procedure, by_value and note, and makes the
/// p-values not numbers.
Pending decide_by_value(ClaimTest& test, const ClaimValues& values, double quantity, double unit,
                        const Interval& range, double size);

}  // namespace assay
