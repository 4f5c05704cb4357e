#include "host/statistics/sweep_fit.h"

#include "host/statistics/estimate.h"

#include <assay/common/error.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <limits>
#include <string>

namespace assay {

LineFit fit_line(const std::vector<double>& x, const std::vector<double>& y) {
  if (x.size() != y.size()) {
    throw Error("fit_line needs one y for each x: it got " + std::to_string(x.size()) + " and " +
                std::to_string(y.size()));
  }
  constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
  LineFit fit{x.size(), no_value, no_value};
  if (x.size() < 2) return fit;
  const double center_x = mean(x), center_y = mean(y);
  double spread = 0, together = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    spread += (x[i] - center_x) * (x[i] - center_x);
    together += (x[i] - center_x) * (y[i] - center_y);
  }
  if (!(spread > 0)) return fit;
  fit.slope = together / spread;
  if (x.size() < 3) return fit;
  double squares = 0, largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double residual = y[i] - center_y - fit.slope * (x[i] - center_x);
    squares += residual * residual;
    largest = std::max(largest, std::abs(y[i]));
  }
  // A scatter of rounding errors alone is none.
  if (std::sqrt(squares) <= 1e-12 * largest) squares = 0;
  fit.error = std::sqrt(squares / static_cast<double>(x.size() - 2) / spread);
  return fit;
}

Crossing first_crossing(const std::vector<double>& x, const std::vector<double>& y, double level) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] == level) return {x[i], 0};
    if (i + 1 == y.size() || (y[i] < level) == (y[i + 1] < level)) continue;
    return {x[i] + (level - y[i]) / (y[i + 1] - y[i]) * (x[i + 1] - x[i]), 0};
  }
  return {std::nullopt, y.front() > level ? 1 : -1};
}

double sign_test_p(std::size_t above, std::size_t below) {
  const std::size_t n = above + below;
  if (n == 0) return 1;
  const boost::math::binomial distribution(static_cast<double>(n), 0.5);
  const double less = static_cast<double>(std::min(above, below));
  return std::min(1.0, 2 * boost::math::cdf(distribution, less));
}

}  // namespace assay
