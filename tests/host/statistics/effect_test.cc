// D1: docs/statistics.md. Thresholds: Romano et al. (2006), as in autorank.
#include "host/statistics/effect.h"

#include "host/statistics/aggregate.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

using namespace assay;

TEST_CASE("D1 effect sizes of a pair on six seeds", "[example]") {
  CHECK(standardized_difference({.008, .016, -.002, .018, .003, .008}) ==
        Approx(1.1209).margin(5e-5));
  const double improvement =
      probability_of_improvement(std::vector<double>{.812, .825, .801, .833, .819, .828},
                                 {.804, .809, .803, .815, .816, .820});
  CHECK(improvement == Approx(.7222).margin(5e-5));
  CHECK(cliffs_delta(improvement) == Approx(.4444).margin(5e-5));
  CHECK(effect_size_word(cliffs_delta(improvement)) == std::string("medium"));
}

TEST_CASE("words for effect sizes start at their thresholds") {
  const std::pair<double, std::string> words[] = {
      {0, "negligible"}, {.146, "negligible"}, {.147, "small"}, {-.329, "small"},
      {.33, "medium"},   {-.473, "medium"},    {.474, "large"}, {-1, "large"}};
  for (const auto& [delta, word] : words) CHECK(effect_size_word(delta) == word);
  CHECK(effect_size_word(std::numeric_limits<double>::quiet_NaN()) == std::string("unknown"));
}

TEST_CASE("differences without spread have no standardized size unless they are zero") {
  CHECK(standardized_difference({0, 0, 0}) == 0);
  CHECK(std::isnan(standardized_difference({1, 1, 1})));
  CHECK(std::isnan(standardized_difference({1})));
  CHECK(std::isnan(standardized_difference({})));
}
