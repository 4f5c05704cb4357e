// What a metric does along an axis: the line of least squares, and where it first crosses a level.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace assay {

struct LineFit {
  std::size_t n = 0;  ///< points
  double slope = 0;   ///< not a number below two points, or where all x are equal
  double error = 0;   ///< its standard error over the points, df n - 2; not a number below three.
                      ///< Scatter below 1e-12 of the largest y is rounding, and counts as zero
};

/// Ordinary least squares of y on x, one pair a point; all finite. Throws Error when the lengths
/// differ.
LineFit fit_line(const std::vector<double>& x, const std::vector<double>& y);

/// Where a metric's path crosses a level.
struct Crossing {
  std::optional<double> x;  ///< by linear interpolation; the first along the axis
  int side = 0;             ///< without a crossing: +1 all values lie above the level, -1 below
};

/// `x` rises; one value of `y` each, all finite, at least one.
Crossing first_crossing(const std::vector<double>& x, const std::vector<double>& y, double level);

/// Two-sided sign test of "above as often as below": min(1, 2 P(X >= max(above, below))) for X
/// binomial with probability 1/2. 1 without any.
double sign_test_p(std::size_t above, std::size_t below);

}  // namespace assay
