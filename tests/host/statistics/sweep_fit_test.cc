// Crossings of a level, worked by hand.
#include "host/statistics/sweep_fit.h"

#include <catch2/catch.hpp>

using namespace assay;

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
