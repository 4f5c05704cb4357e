// Lines, crossings and the sign test, on published or hand-worked values.
#include "host/statistics/sweep_fit.h"
#include "host/statistics/estimate.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace assay;

TEST_CASE("D5: excess risk against unlabelled points, both logarithmic") {
  // Excess risk at m = 200, 400, ..., 12800 (factor model, seven points).
  std::vector<double> x, y;
  double m = 200;
  for (const double excess : {.180, .084, .043, .017, .010, .005, .002}) {
    x.push_back(std::log(m));
    y.push_back(std::log(excess));
    m *= 2;
  }
  const LineFit fit = fit_line(x, y);
  CHECK(fit.slope == Approx(-1.0615).margin(5e-5));
  CHECK(fit.error == Approx(.0255).margin(5e-5));
  const double half = t_quantile(5, .975) * fit.error;
  CHECK(fit.slope - half == Approx(-1.127).margin(5e-4));
  CHECK(fit.slope + half == Approx(-.996).margin(5e-4));
}

TEST_CASE("a line by hand") {
  // Residuals of y = x on (0,0), (1,2), (2,1), (3,3) about the line .3 + .8x: -.3 .9 -.9 .3.
  const LineFit fit = fit_line({0, 1, 2, 3}, {0, 2, 1, 3});
  CHECK(fit.slope == Approx(.8));
  CHECK(fit.error == Approx(std::sqrt(1.8 / 2 / 5)));
  CHECK(fit_line({1, 2, 3}, {.1, .2, .3}).error == 0);
  CHECK(fit_line({1, 2}, {3, 5}).slope == Approx(2));
  CHECK(std::isnan(fit_line({1, 2}, {3, 5}).error));
  CHECK(std::isnan(fit_line({1}, {3}).slope));
  CHECK(std::isnan(fit_line({2, 2, 2}, {1, 2, 3}).slope));
  CHECK_THROWS_WITH(fit_line({1}, {}), "fit_line needs one y for each x: it got 1 and 0");
}

TEST_CASE("the first crossing by linear interpolation, from either side") {
  CHECK(*first_crossing({1, 2, 4}, {0, .5, 1}, .75).x == Approx(3));
  CHECK(*first_crossing({1, 2, 4}, {1, .5, 0}, .75).x == Approx(1.5));
  CHECK(*first_crossing({1, 2, 4, 5}, {0, 1, 0, 1}, .5).x == Approx(1.5));
  CHECK(*first_crossing({1, 2, 4}, {0, .5, 1}, .5).x == 2);  // on a point
  CHECK(*first_crossing({1, 2, 4}, {0, .5, 1}, 1).x == 4);
  CHECK_FALSE(first_crossing({1, 2, 4}, {0, .5, 1}, 1.1).x);
  CHECK(first_crossing({1, 2, 4}, {0, .5, 1}, 1.1).side == -1);
  CHECK(first_crossing({1, 2, 4}, {0, .5, 1}, -.1).side == 1);
}

TEST_CASE("the sign test is the exact binomial one") {
  CHECK(sign_test_p(10, 2) == Approx(.03857).margin(5e-6));
  CHECK(sign_test_p(1, 8) == Approx(.03906).margin(5e-6));
  CHECK(sign_test_p(3, 0) == Approx(.25));
  CHECK(sign_test_p(0, 6) == Approx(.03125));
  CHECK(sign_test_p(3, 3) == 1);
  CHECK(sign_test_p(0, 0) == 1);
}
