// E5: cases of Newcombe (1998), Statistics in Medicine 17, 857. Others: docs/statistics.md.
#include "host/statistics/items.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <cmath>

using namespace assay;

TEST_CASE("E5 Wilson's interval", "[example]") {
  struct Row {
    std::size_t successes, trials;
    double low, high;
  };
  const Row rows[] = {
      {81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}};
  for (const Row& row : rows) {
    const Interval interval = wilson_interval(row.successes, row.trials);
    CHECK(interval.low == Approx(row.low).margin(5e-5));
    CHECK(interval.high == Approx(row.high).margin(5e-5));
  }
}

TEST_CASE("Wilson's interval at the ends") {
  const double z2 = 1.959963984540054 * 1.959963984540054;
  CHECK(wilson_interval(0, 20).low == 0);
  CHECK(wilson_interval(0, 20).high == Approx(z2 / (20 + z2)));
  CHECK(wilson_interval(20, 20).low == Approx(20 / (20 + z2)));
  CHECK(wilson_interval(20, 20).high == 1);
  CHECK(wilson_interval(0, 0).low == 0);
  CHECK(wilson_interval(0, 0).high == 1);
  CHECK(wilson_interval(5, 20, .10).half_width() < wilson_interval(5, 20).half_width());
  CHECK_THROWS_WITH(wilson_interval(3, 2), "wilson_interval got 3 successes in 2 trials");
}

TEST_CASE("exact McNemar") {
  CHECK(mcnemar_p(10, 2) == Approx(.03857).margin(5e-6));
  CHECK(mcnemar_p(8, 1) == Approx(.03906).margin(5e-6));
  CHECK(mcnemar_p(3, 0) == Approx(.25));
  CHECK(mcnemar_p(0, 3) == Approx(.25));
  CHECK(mcnemar_p(0, 0) == 1);
  CHECK(mcnemar_p(4, 4) == 1);
}

TEST_CASE("standard error of items in groups") {
  CHECK(clustered_standard_error({{1, 1, 1}, {0, 0}, {1, 0, 1}, {0, 0, 0, 1}}) ==
        Approx(.176777).margin(5e-7));
  const std::vector<std::vector<double>> single = {{1}, {1}, {1}, {0}, {0}, {1},
                                                   {0}, {1}, {0}, {0}, {0}, {1}};
  CHECK(clustered_standard_error(single) == Approx(.144338).margin(5e-7));
  CHECK(std::isnan(clustered_standard_error({})));
}
