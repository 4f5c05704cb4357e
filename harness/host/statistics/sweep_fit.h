// What a metric does along an axis: the line of least squares (fit.h), the sign test of its steps
// (ranks.h), and where it first crosses a level.
#pragma once

#include "host/statistics/fit.h"
#include "host/statistics/ranks.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace assay {

/// Where a metric's path crosses a level.
struct Crossing {
  std::optional<double> x;  ///< by linear interpolation; the first along the axis
  int side = 0;             ///< without a crossing: +1 all values lie above the level, -1 below
};

/// `x` rises; one value of `y` each, all finite, at least one.
Crossing first_crossing(const std::vector<double>& x, const std::vector<double>& y, double level);

}  // namespace assay
