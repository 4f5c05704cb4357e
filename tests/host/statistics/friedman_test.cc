// E1, E2: published.h. RoundingTimes: Hollander and Wolfe (1973), p. 140, as in R's documentation
// of friedman.test. E8, E9: docs/statistics.md.
#include "host/statistics/friedman.h"

#include "host/statistics/estimate.h"
#include "host/statistics/many.h"
#include "published.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;
using published::Table;

TEST_CASE("E1 mean ranks, Friedman, Iman and Davenport of Demsar's table", "[example]") {
  const RankTable as_ranked = friedman(published::demsar(true));
  const double ranks[] = {3.1429, 2.0000, 2.8929, 1.9643};
  for (int i = 0; i < 4; ++i) CHECK(as_ranked.mean_ranks[i] == Approx(ranks[i]).margin(5e-5));
  CHECK(as_ranked.tasks == 14);
  CHECK(as_ranked.methods == 4);
  CHECK(as_ranked.chi2 == Approx(9.2786).margin(5e-5));
  CHECK(as_ranked.p == Approx(.0258).margin(5e-5));
  CHECK(as_ranked.f == Approx(3.6863).margin(5e-5));
  CHECK(as_ranked.f_p == Approx(.0198).margin(5e-5));
  CHECK(as_ranked.chi2_corrected == Approx(10.2283).margin(5e-5));

  const RankTable printed = friedman(published::demsar());
  const double printed_ranks[] = {3.1429, 2.0000, 2.9286, 1.9286};
  for (int i = 0; i < 4; ++i) CHECK(printed.mean_ranks[i] == Approx(printed_ranks[i]).margin(5e-5));
  CHECK(printed.chi2 == Approx(9.8571).margin(5e-5));
  CHECK(printed.p == Approx(.0198).margin(5e-5));
  CHECK(printed.f == Approx(3.9867).margin(5e-5));
  CHECK(printed.f_p == Approx(.0144).margin(5e-5));
  CHECK(printed.chi2_corrected == Approx(10.9524).margin(5e-5));
}

TEST_CASE("E1 critical differences and comparisons with C4.5", "[example]") {
  CHECK(nemenyi_critical_difference(4, 14, .05) == Approx(1.2536).margin(5e-5));
  CHECK(nemenyi_critical_difference(4, 14, .10) == Approx(1.1181).margin(5e-5));
  CHECK(bonferroni_dunn_critical_difference(4, 14, .05) == Approx(1.1681).margin(5e-5));
  CHECK(bonferroni_dunn_critical_difference(4, 14, .10) == Approx(1.0384).margin(5e-5));

  CHECK(1 / rank_difference_z(1, 0, 4, 14) == Approx(.4880).margin(5e-5));  // the standard error
  const std::vector<double> ranks = friedman(published::demsar(true)).mean_ranks;
  const double z[] = {2.342, .512, 2.415}, p[] = {.0192, .6084, .0157};
  const double corrected[] = {.0471, .6084, .0471};  // printed as multiples of the rounded p
  std::vector<double> p_values;
  for (std::size_t i = 1; i < 4; ++i) {
    const double own = rank_difference_z(ranks[0], ranks[i], 4, 14);
    CHECK(own == Approx(z[i - 1]).margin(5e-4));
    p_values.push_back(normal_two_sided_p(own));
    CHECK(p_values.back() == Approx(p[i - 1]).margin(5e-5));
  }
  const std::vector<double> adjusted = holm(p_values);
  for (int i = 0; i < 3; ++i) CHECK(adjusted[i] == Approx(corrected[i]).margin(7e-5));
}

TEST_CASE("E1 Nemenyi at .10 tells C4.5 from +m and +m+cf only, at .05 nothing", "[example]") {
  const std::vector<double> ranks = friedman(published::demsar(true)).mean_ranks;
  const double at_05 = nemenyi_critical_difference(4, 14, .05);
  const double at_10 = nemenyi_critical_difference(4, 14, .10);
  for (std::size_t a = 0; a < 4; ++a) {
    for (std::size_t b = a + 1; b < 4; ++b) {
      const double gap = std::abs(ranks[a] - ranks[b]);
      CHECK(gap < at_05);
      CHECK((gap >= at_10) == (a == 0 && b != 2));
    }
  }
}

TEST_CASE("E2 mean ranks and tests of Garcia and Herrera's table", "[example]") {
  const RankTable table = friedman(published::garcia_herrera());
  const double ranks[] = {2.1000, 3.2500, 2.2000, 4.3333, 3.1167};
  for (int i = 0; i < 5; ++i) CHECK(table.mean_ranks[i] == Approx(ranks[i]).margin(5e-5));
  CHECK(table.chi2 == Approx(39.647).margin(5e-4));
  CHECK(table.p == Approx(5.12e-8).epsilon(1e-3));
  CHECK(table.f == Approx(14.309).margin(5e-4));
  CHECK(table.f_p == Approx(1.59e-9).epsilon(4e-3));
  CHECK(table.chi2_corrected == Approx(39.913).margin(5e-4));
  CHECK(nemenyi_critical_difference(5, 30) == Approx(1.1136).margin(5e-5));
  CHECK(rank_difference_z(1, 0, 5, 30) == Approx(1 / .408248).epsilon(1e-6));
}

TEST_CASE("Friedman on Hollander and Wolfe's rounding times gives what R prints") {
  const Table seconds = {
      {5.40, 5.50, 5.55}, {5.85, 5.70, 5.75}, {5.20, 5.60, 5.50}, {5.55, 5.50, 5.40},
      {5.90, 5.85, 5.70}, {5.45, 5.55, 5.60}, {5.40, 5.40, 5.35}, {5.45, 5.50, 5.35},
      {5.25, 5.15, 5.00}, {5.85, 5.80, 5.70}, {5.25, 5.20, 5.10}, {5.65, 5.55, 5.45},
      {5.60, 5.35, 5.45}, {5.05, 5.00, 4.95}, {5.50, 5.50, 5.40}, {5.45, 5.55, 5.50},
      {5.55, 5.55, 5.35}, {5.45, 5.50, 5.55}, {5.50, 5.45, 5.25}, {5.65, 5.60, 5.40},
      {5.70, 5.65, 5.55}, {6.30, 6.30, 6.25}};
  const RankTable table = friedman(seconds);
  CHECK(table.chi2_corrected == Approx(11.143).margin(5e-4));
  CHECK(table.p_corrected == Approx(.003805).margin(5e-7));
}

TEST_CASE("E8 critical values of mean ranks for 2 to 10 methods", "[example]") {
  const double nemenyi_05[] = {1.960, 2.344, 2.569, 2.728, 2.850, 2.948, 3.031, 3.102, 3.164};
  const double nemenyi_10[] = {1.645, 2.052, 2.291, 2.460, 2.589, 2.693, 2.780, 2.855, 2.920};
  const double dunn_05[] = {1.960, 2.241, 2.394, 2.498, 2.576, 2.638, 2.690, 2.734, 2.773};
  const double dunn_10[] = {1.645, 1.960, 2.128, 2.241, 2.326, 2.394, 2.450, 2.498, 2.539};
  for (std::size_t k = 2; k <= 10; ++k) {
    const std::size_t m = k * (k + 1);  // then the standard error is sqrt(1/6)
    const double unit = std::sqrt(1.0 / 6);
    CHECK(nemenyi_critical_difference(k, m, .05) / unit ==
          Approx(nemenyi_05[k - 2]).margin(5.1e-4));
    CHECK(nemenyi_critical_difference(k, m, .10) / unit ==
          Approx(nemenyi_10[k - 2]).margin(5.1e-4));
    CHECK(bonferroni_dunn_critical_difference(k, m, .05) / unit ==
          Approx(dunn_05[k - 2]).margin(5.1e-4));
    CHECK(bonferroni_dunn_critical_difference(k, m, .10) / unit ==
          Approx(dunn_10[k - 2]).margin(5.1e-4));
  }
  CHECK(studentized_range_quantile(4, .95) / std::sqrt(2.0) == Approx(2.569032).margin(5e-7));
  CHECK(studentized_range_quantile(6, .95) / std::sqrt(2.0) == Approx(2.849705).margin(5e-7));
  CHECK(studentized_range_quantile(10, .90) / std::sqrt(2.0) == Approx(2.919889).margin(5e-7));
}

TEST_CASE("E9 autorank's critical difference of six methods on fifty tasks", "[example]") {
  CHECK(nemenyi_critical_difference(6, 50) == Approx(1.06625).margin(1e-4));
  CHECK(nemenyi_critical_difference(6, 50) == Approx(1.066262).margin(5e-7));
}

TEST_CASE("Friedman where all tasks agree, and where no method differs") {
  const RankTable agree = friedman({{3, 2, 1}, {9, 8, 7}, {.3, .2, .1}});
  CHECK(agree.chi2 == Approx(6));
  CHECK(std::isinf(agree.f));
  CHECK(agree.f_p == 0);
  const RankTable equal = friedman({{1, 1, 1}, {.1 + .2, .3, .3}});
  CHECK(equal.mean_ranks == std::vector<double>{2, 2, 2});
  CHECK(equal.chi2 == 0);
  CHECK(equal.chi2_corrected == 0);
  CHECK(equal.p_corrected == 1);
  CHECK(equal.f == 0);
  CHECK(equal.f_p == 1);
}

TEST_CASE("Friedman leaves out tasks without a value of some method") {
  const double no_value = std::numeric_limits<double>::quiet_NaN();
  Table holed = published::demsar();
  holed.push_back({.9, no_value, .8, .7});
  const RankTable table = friedman(holed);
  CHECK(table.tasks == 14);
  CHECK(table.dropped_tasks == 1);
  CHECK(table.chi2 == friedman(published::demsar()).chi2);
}

TEST_CASE("Friedman on too little data decides nothing") {
  CHECK(std::isnan(friedman({}).p));
  CHECK(std::isnan(friedman({{1}, {2}}).p));
  const RankTable one_task = friedman({{1, 2, 3}});
  CHECK(one_task.mean_ranks == std::vector<double>{3, 2, 1});
  CHECK(one_task.p == Approx(std::exp(-1.0)));  // chi2 = 2 with 2 degrees of freedom
  CHECK(std::isnan(one_task.f_p));
  CHECK(std::isnan(nemenyi_critical_difference(1, 6)));
  CHECK(std::isnan(nemenyi_critical_difference(4, 0)));
  CHECK(std::isnan(bonferroni_dunn_critical_difference(1, 6)));
  CHECK(std::isnan(rank_difference_z(1, 2, 3, 0)));
  CHECK_THROWS_WITH(friedman({{1, 2}, {1}}),
                    "friedman needs one score a method of every task: it got 2 and 1");
}
