// A straight line through points, for claims on how a quantity scales: log excess risk on log m.
#pragma once

#include "host/statistics/estimate.h"

#include <optional>
#include <vector>

namespace assay {

struct LineFit {
  std::size_t n = 0;     ///< points used
  double slope = 0;      ///< not a number unless two points differ in x
  double error = 0;      ///< its standard error over the points; not a number below three
  double intercept = 0;  ///< as the slope
  double intercept_error = 0;
  std::optional<Interval> interval;  ///< of the slope: t, n - 2 degrees of freedom; from three on
};

/// Least squares of y on x. Points with a value that is not finite are left out. Throws Error where
/// the lengths differ.
LineFit fit_line(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace assay
