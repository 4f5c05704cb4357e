#include "host/statistics/gate.h"

#include <assay/common/error.h>

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <sstream>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

void check_arguments(double margin, double alpha) {
  std::ostringstream problem;
  if (!(margin >= 0) || !std::isfinite(margin)) {
    problem << "non_inferiority needs a margin of 0 or more: it got " << margin;
  } else if (!(alpha > 0 && alpha < 0.5)) {
    problem << "non_inferiority needs an alpha between 0 and .5: it got " << alpha;
  } else {
    return;
  }
  throw Error(problem.str());
}

// All differences are equal.
void test_without_spread(GateTest& gate, double margin) {
  const double center = gate.difference.mean;
  gate.interval = {center, center};
  const double above = center + margin;
  const double flips = std::ldexp(1.0, -static_cast<int>(gate.difference.n));
  if (center == 0) {
    gate.p_passed = flips;
  } else if (std::abs(above) > 1e-12 * std::abs(center)) {
    (above > 0 ? gate.p_passed : gate.p_regressed) = flips;
  }
}

void test_with_spread(GateTest& gate, double margin, double alpha) {
  const double n = static_cast<double>(gate.difference.n);
  const double error = gate.difference.sd / std::sqrt(n);
  const double half = t_quantile(n - 1, 1 - alpha) * error;
  gate.interval = {gate.difference.mean - half, gate.difference.mean + half};
  const boost::math::students_t distribution(n - 1);
  const double t = (gate.difference.mean + margin) / error;
  gate.p_regressed = boost::math::cdf(distribution, t);
  gate.p_passed = boost::math::cdf(boost::math::complement(distribution, t));
}

}  // namespace

GateTest non_inferiority(const std::vector<double>& differences, double margin, double alpha) {
  check_arguments(margin, alpha);
  GateTest gate;
  gate.difference = estimate_mean(differences);
  gate.interval = {no_value, no_value};
  if (gate.difference.n == 0) return gate;
  gate.verdict = GateVerdict::inconclusive;
  if (gate.difference.n == 1) return gate;
  if (gate.difference.no_variation()) {
    test_without_spread(gate, margin);
  } else {
    test_with_spread(gate, margin, alpha);
  }
  const bool identical = gate.difference.no_variation() && gate.difference.mean == 0;
  if (gate.p_passed < alpha || identical) {
    gate.verdict = GateVerdict::passed;
  } else if (gate.p_regressed < alpha) {
    gate.verdict = GateVerdict::regressed;
  }
  return gate;
}

}  // namespace assay
