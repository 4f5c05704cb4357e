// Ratings against their definition, and win rates that ratings explain.
#include "reports/panels/elo.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace assay::reports;

TEST_CASE("elo: 400 points are ten to one") {
  CHECK(elo_chance(1900, 1500) == Approx(10. / 11));
  CHECK(elo_chance(1500, 1900) == Approx(1. / 11));
  CHECK(elo_chance(1700, 1500) == Approx(.75974693));
}

TEST_CASE("elo: win rates that ratings explain give these back, whoever played whom") {
  // 2:1 is 120.4 points, 4:1 240.8.
  const EloFit fit = fit_elo(3, {{0, 1, 2. / 3}, {2, 1, 1. / 3}});
  const double points = 400 * std::log10(2.);
  CHECK(fit.rating[0] == Approx(1500 + points));
  CHECK(fit.rating[1] == Approx(1500));
  CHECK(fit.rating[2] == Approx(1500 - points));
  CHECK(fit.error == Approx(0).margin(1e-9));
}

TEST_CASE("elo: a circle of wins has no order, and the error says so") {
  const EloFit fit = fit_elo(3, {{0, 1, .8}, {1, 2, .8}, {2, 0, .8}});
  for (const double rating : fit.rating) CHECK(rating == Approx(1500));
  CHECK(fit.error == Approx(.3));
}

TEST_CASE("elo: who never lost has a finite rating") {
  const EloFit fit = fit_elo(2, {{0, 1, 1}});
  CHECK(fit.rating[0] - fit.rating[1] == Approx(400 * std::log10(99.)));
}
