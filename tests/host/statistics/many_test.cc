// E3: Benjamini and Hochberg (1995), section 4.1, fifteen comparisons. E4 and the power table:
// docs/statistics.md. Cohen (1988) and G*Power give 34 pairs for a medium effect (.5).
#include "host/statistics/many.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;

TEST_CASE("E3 Holm on the p-values of Benjamini and Hochberg", "[example]") {
  const std::vector<double> p = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                                 .0459, .3240, .4262, .5719, .6528, .7590, 1};
  const std::vector<double> expected = {.0015, .0056, .0247, .114, .2211, .278, .278, .278,
                                        .3213, 1,     1,     1,    1,     1,    1};
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < p.size(); ++i) CHECK(adjusted[i] == Approx(expected[i]));
  CHECK(std::count_if(adjusted.begin(), adjusted.end(), [](double x) { return x <= .05; }) == 3);
}

TEST_CASE("E4 Holm keeps the order it was given", "[example]") {
  const std::vector<double> adjusted = holm({.01, .02, .03, .04, .005});
  const std::vector<double> expected = {.04, .06, .06, .06, .025};
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(adjusted[i] == Approx(expected[i]));
}

TEST_CASE("Holm counts tests that were not made, and gives ties one value") {
  const double no_value = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> adjusted = holm({.02, no_value, .02});
  CHECK(adjusted[0] == Approx(.06));
  CHECK(std::isnan(adjusted[1]));
  CHECK(adjusted[2] == Approx(.06));
  CHECK(holm({.02, 1, .02})[0] == adjusted[0]);
  CHECK(holm({}).empty());
}

TEST_CASE("seeds needed for power .8") {
  const std::pair<double, std::size_t> expected[] = {{.3, 90}, {.5, 34}, {.75, 16}, {1, 10},
                                                     {1.5, 6}, {2, 5},   {3, 4}};
  for (const auto& [effect, seeds] : expected) CHECK(seeds_needed(effect) == seeds);
}

TEST_CASE("values needed in each of two groups for power .8") {
  const std::pair<double, std::size_t> expected[] = {{.3, 176}, {.5, 64}, {.75, 29}, {1, 17},
                                                     {1.5, 9},  {2, 6},   {3, 4}};
  for (const auto& [effect, seeds] : expected) CHECK(seeds_needed_unpaired(effect) == seeds);
  CHECK_FALSE(seeds_needed_unpaired(.05));
  CHECK_FALSE(seeds_needed_unpaired(0));
  CHECK(unpaired_power(.5, 64, .05) >= .8);
  CHECK(unpaired_power(.5, 63, .05) < .8);
}

TEST_CASE("seeds needed at the ends") {
  CHECK_FALSE(seeds_needed(0));
  CHECK_FALSE(seeds_needed(-1));
  CHECK_FALSE(seeds_needed(std::numeric_limits<double>::quiet_NaN()));
  CHECK_FALSE(seeds_needed(.05));  // 3142 pairs
  CHECK(*seeds_needed(1e6) == 2);
  CHECK(*seeds_needed(.5, .05 / 4) > *seeds_needed(.5));
}

TEST_CASE("sign flips need six pairs for .05") {
  CHECK(sign_flip_minimum(.05) == 6);
  CHECK(sign_flip_minimum(.0625) == 5);
  CHECK(sign_flip_minimum(.05 / 3) == 7);
}

TEST_CASE("seeds that would decide are asked at the level that Holm leaves") {
  const double no_value = std::numeric_limits<double>::quiet_NaN();
  CHECK(*seeds_to_decide(1, 3, .2, {.2}).seeds == 10);
  // Of four tests one is below .2 and one was not made: the level is .05 / 3.
  CHECK(seeds_to_decide(1, 3, .2, {.01, .2, .4, no_value}).seeds == seeds_needed(1, .05 / 3));
  CHECK(*seeds_to_decide(1, 12, .2, {.2}).seeds == 13);  // more than now
  CHECK(*seeds_to_decide(9, 2, .2, {.2}).seeds == 6);    // sign flips
  CHECK(seeds_to_decide(.01, 3, .2, {.2}).many);
  CHECK_FALSE(seeds_to_decide(no_value, 3, .2, {.2}).seeds);
  CHECK_FALSE(seeds_to_decide(no_value, 3, .2, {.2}).many);
}
