#include "host/statistics/unpaired.h"

#include <cmath>
#include <limits>

namespace assay {

WelchTest welch_test(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
  WelchTest test;
  test.a = estimate_mean(a);
  test.b = estimate_mean(b);
  test.difference = test.a.mean - test.b.mean;
  test.standard_error = test.df = test.t = test.p = no_value;
  if (test.a.n < 2 || test.b.n < 2) return test;

  const double n_a = static_cast<double>(test.a.n), n_b = static_cast<double>(test.b.n);
  const double v_a = test.a.sd * test.a.sd / n_a, v_b = test.b.sd * test.b.sd / n_b;
  test.standard_error = std::sqrt(v_a + v_b);
  double half = 0;
  if (test.standard_error == 0) {
    if (test.difference == 0) test.p = 1;
  } else {
    test.df = (v_a + v_b) * (v_a + v_b) / (v_a * v_a / (n_a - 1) + v_b * v_b / (n_b - 1));
    test.t = test.difference / test.standard_error;
    test.p = t_two_sided_p(test.df, test.t);
    half = t_quantile(test.df, 1 - significance_level / 2) * test.standard_error;
  }
  test.interval = Interval{test.difference - half, test.difference + half};
  return test;
}

}  // namespace assay
