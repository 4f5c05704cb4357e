// D5: excess risk of Ge et al.'s two-stage estimator, docs/statistics.md. Women's heights and
// weights: R's documentation of the data set `women`.
#include "host/statistics/fit.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;

TEST_CASE("D5 slope of log excess risk on log sample size", "[example]") {
  std::vector<double> x, y;
  double samples = 200;
  for (const double excess : {.180, .084, .043, .017, .010, .005, .002}) {
    x.push_back(std::log(samples));
    y.push_back(std::log(excess));
    samples *= 2;
  }
  const LineFit fit = fit_line(x, y);
  CHECK(fit.n == 7);
  CHECK(fit.slope == Approx(-1.0615).margin(5e-5));
  CHECK(fit.error == Approx(.0255).margin(5e-5));
  CHECK(fit.interval->low == Approx(-1.127).margin(5e-4));
  CHECK(fit.interval->high == Approx(-.996).margin(5e-4));
  CHECK(fit.interval->high < -.45);          // "slope <= -.45" is supported
  CHECK_FALSE(fit.interval->contains(-.5));  // "slope = -.5" is refuted
}

TEST_CASE("a line through the heights and weights of R's women") {
  std::vector<double> height;
  for (int inches = 58; inches <= 72; ++inches) height.push_back(inches);
  const LineFit fit =
      fit_line(height, {115, 117, 120, 123, 126, 129, 132, 135, 139, 142, 146, 150, 154, 159, 164});
  CHECK(fit.slope == Approx(3.45));
  CHECK(fit.intercept == Approx(-87.51667).margin(5e-6));
  CHECK(fit.error == Approx(.09114).margin(5e-6));
  CHECK(fit.intercept_error == Approx(5.93694).margin(5e-6));
}

TEST_CASE("a line by hand") {
  // Residuals of y = x on (0,0), (1,2), (2,1), (3,3) about the line .3 + .8x: -.3 .9 -.9 .3.
  const LineFit fit = fit_line({0, 1, 2, 3}, {0, 2, 1, 3});
  CHECK(fit.slope == Approx(.8));
  CHECK(fit.error == Approx(std::sqrt(1.8 / 2 / 5)));
}

TEST_CASE("too few points give a line without errors, or none") {
  const LineFit two = fit_line({1, 3}, {2, 8});
  CHECK(two.slope == Approx(3));
  CHECK(two.intercept == Approx(-1));
  CHECK_FALSE(two.interval);
  CHECK(std::isnan(two.error));
  CHECK(std::isnan(fit_line({2, 2, 2}, {1, 2, 3}).slope));
  CHECK(std::isnan(fit_line({}, {}).slope));
  CHECK(fit_line({1, 2, std::log(0.0)}, {2, 4, 5}).n == 2);
  CHECK(fit_line({.1, .2, .3}, {.3, .6, .9}).error == 0);  // but for rounding
  CHECK(fit_line({.1, .2, .3}, {.3, .6, .9}).interval->half_width() == 0);
  CHECK_THROWS_WITH(fit_line({1, 2}, {1}), "fit_line needs one y for each x: it got 2 and 1");
}
