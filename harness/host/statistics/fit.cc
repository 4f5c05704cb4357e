#include "host/statistics/fit.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace assay {

LineFit fit_line(const std::vector<double>& x, const std::vector<double>& y) {
  if (x.size() != y.size()) {
    throw Error("fit_line needs one y for each x: it got " + std::to_string(x.size()) + " and " +
                std::to_string(y.size()));
  }
  std::vector<double> xs, ys;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    xs.push_back(x[i]);
    ys.push_back(y[i]);
  }
  LineFit fit;
  fit.n = xs.size();
  fit.slope = fit.error = fit.intercept = fit.intercept_error =
      std::numeric_limits<double>::quiet_NaN();
  if (xs.size() < 2 || sample_sd(xs) == 0) return fit;

  const double n = static_cast<double>(xs.size());
  const double x_mean = mean(xs), y_mean = mean(ys);
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    xx += (xs[i] - x_mean) * (xs[i] - x_mean);
    xy += (xs[i] - x_mean) * (ys[i] - y_mean);
  }
  fit.slope = xy / xx;
  fit.intercept = y_mean - fit.slope * x_mean;
  if (xs.size() < 3) return fit;

  double squares = 0, largest = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double residual = ys[i] - y_mean - fit.slope * (xs[i] - x_mean);
    squares += residual * residual;
    largest = std::max(largest, std::abs(ys[i]));
  }
  // Points on a line up to rounding have no spread, as in sample_sd.
  const double spread = std::sqrt(squares / (n - 2));
  const double variance = spread <= rounding_share * largest ? 0 : spread * spread;
  fit.error = std::sqrt(variance / xx);
  fit.intercept_error = std::sqrt(variance * (1 / n + x_mean * x_mean / xx));
  const double half = t_quantile(n - 2, 1 - significance_level / 2) * fit.error;
  fit.interval = Interval{fit.slope - half, fit.slope + half};
  return fit;
}

}  // namespace assay
