#include "host/statistics/ratio.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// Solves (a - rho b)^2 <= t^2 (vaa - 2 rho vab + rho^2 vbb), with variances of the means: a
// parabola A rho^2 - 2 B rho + C <= 0.
void solve(RatioEstimate& estimate, double a, double b, double vaa, double vab, double vbb,
           double t) {
  const double A = b * b - t * t * vbb;
  const double B = a * b - t * t * vab;
  const double C = a * a - t * t * vaa;
  const double discriminant = B * B - A * C;
  if (A > 0) {
    const double root = std::sqrt(std::max(0.0, discriminant));
    estimate.set = RatioEstimate::Set::interval;
    estimate.bounds = {(B - root) / A, (B + root) / A};
  } else if (A < 0 && discriminant > 0) {
    const double root = std::sqrt(discriminant);
    estimate.set = RatioEstimate::Set::outside;
    estimate.bounds = {(B + root) / A, (B - root) / A};
  } else {
    estimate.set = RatioEstimate::Set::everything;
  }
}

}  // namespace

RatioEstimate estimate_ratio(const std::vector<double>& numerator,
                             const std::vector<double>& denominator) {
  if (numerator.size() != denominator.size()) {
    throw Error("estimate_ratio needs one pair a seed: it got " + std::to_string(numerator.size()) +
                " and " + std::to_string(denominator.size()));
  }
  std::vector<double> x, y;
  for (std::size_t i = 0; i < numerator.size(); ++i) {
    if (!std::isfinite(numerator[i]) || !std::isfinite(denominator[i])) continue;
    x.push_back(numerator[i]);
    y.push_back(denominator[i]);
  }
  RatioEstimate estimate;
  estimate.n = x.size();
  estimate.dropped = numerator.size() - x.size();
  estimate.ratio = no_value;
  estimate.denominator_mean = mean(y);
  estimate.denominator_error = no_value;
  if (x.size() < 2) return estimate;

  const double n = static_cast<double>(x.size());
  const double a = mean(x), b = mean(y);
  const double sx = sample_sd(x), sy = sample_sd(y);
  double covariance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) covariance += (x[i] - a) * (y[i] - b);
  covariance = sx == 0 || sy == 0 ? 0 : covariance / (n - 1);
  estimate.denominator_error = sy / std::sqrt(n);
  estimate.resolved = b > 2 * estimate.denominator_error;
  if (estimate.resolved) estimate.ratio = a / b;
  solve(estimate, a, b, sx * sx / n, covariance / n, sy * sy / n,
        t_quantile(n - 1, 1 - significance_level / 2));
  return estimate;
}

}  // namespace assay
