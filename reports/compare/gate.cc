#include "reports/compare/gate.h"

#include <boost/math/distributions/students_t.hpp>

#include <cmath>
#include <limits>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// P(T <= t) with df degrees of freedom.
double t_below(double df, double t) {
  return boost::math::cdf(boost::math::students_t(df), t);
}

// `error` is the standard error of test.difference.mean.
void decide(GateTest& test, double error, double df, double margin, double alpha) {
  const double center = test.difference.mean, distance = center + margin;
  if (error > 0) {
    const double half = t_quantile(df, 1 - alpha) * error;
    test.interval = {center - half, center + half};
    test.p_regressed = t_below(df, distance / error);
    test.p_passed = t_below(df, -distance / error);
  } else {
    test.interval = {center, center};
    test.p_regressed = distance < 0 ? 0 : 1;
    test.p_passed = distance > 0 ? 0 : 1;
  }
  test.verdict = test.interval.low > -margin    ? GateVerdict::passed
                 : test.interval.high < -margin ? GateVerdict::regressed
                                                : GateVerdict::inconclusive;
}

}  // namespace

GateTest non_inferiority(const std::vector<double>& differences, double margin, double alpha) {
  GateTest test;
  test.difference = estimate_mean(differences);
  test.interval = {no_value, no_value};
  const std::size_t n = test.difference.n;
  if (n < 2) return test;
  const double count = static_cast<double>(n);
  decide(test, test.difference.sd / std::sqrt(count), count - 1, margin, alpha);
  return test;
}

GateTest unpaired_non_inferiority(const std::vector<double>& now, const std::vector<double>& base,
                                  double margin, double alpha) {
  const Estimate after = estimate_mean(now), before = estimate_mean(base);
  GateTest test;
  test.interval = {no_value, no_value};
  test.difference.n = after.n + before.n;
  test.difference.dropped = after.dropped + before.dropped;
  test.difference.mean = after.mean - before.mean;
  test.difference.sd = no_value;
  if (after.n < 2 || before.n < 2) return test;
  const auto variance = [](const Estimate& group) {
    return group.sd * group.sd / static_cast<double>(group.n);
  };
  const double a = variance(after), b = variance(before);
  const double df =
      (a + b) * (a + b) /
      (a * a / static_cast<double>(after.n - 1) + b * b / static_cast<double>(before.n - 1));
  test.difference.sd = std::sqrt(a + b);
  decide(test, test.difference.sd, df, margin, alpha);
  return test;
}

}  // namespace assay
