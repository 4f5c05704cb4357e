// E2: published.h; its Holm and Shaffer values are those of Garcia and Herrera (2008). E3:
// Benjamini and Hochberg (1995), section 4.1.
#include "host/statistics/adjust.h"

#include "host/statistics/estimate.h"
#include "host/statistics/friedman.h"
#include "host/statistics/many.h"
#include "published.h"

#include <assay/common/error.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;

namespace {

using Numbers = std::vector<std::size_t>;

const std::vector<double> comparisons = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                                         .0459, .3240, .4262, .5719, .6528, .7590, 1};

std::ptrdiff_t rejections(const std::vector<double>& adjusted) {
  return std::count_if(adjusted.begin(), adjusted.end(), [](double p) { return p <= .05; });
}

}  // namespace

TEST_CASE("E2 all pairs: z, Holm, Shaffer, Wilcoxon and its Holm", "[example]") {
  struct Row {
    std::size_t a, b;
    double z, p, holm, shaffer;
    double wilcoxon, wilcoxon_holm;
    std::size_t n;
    double w;
  };
  // 0 C4.5, 1 1-NN, 2 naive Bayes, 3 Kernel, 4 CN2.
  const Row rows[] = {{0, 3, 5.471, 4.487e-8, 4.487e-7, 4.487e-7, 8.326e-7, 8.326e-6, 30, 21},
                      {2, 3, 5.226, 1.736e-7, 1.563e-6, 1.042e-6, 6.702e-6, 6.032e-5, 30, 34},
                      {3, 4, 2.980, .00288, .02304, .01728, 1.249e-4, 8.741e-4, 30, 57.5},
                      {0, 1, 2.817, .004849, .03394, .02909, .004436, .02588, 29, 89},
                      {1, 3, 2.654, .007963, .04778, .04778, .004922, .02588, 30, 99},
                      {1, 2, 2.572, .01011, .05056, .04778, .05839, .1752, 30, 140.5},
                      {0, 4, 2.490, .01276, .05105, .05105, 3.507e-5, 2.806e-4, 29, 41},
                      {2, 4, 2.245, .02474, .07423, .07423, .004313, .02588, 28, 81},
                      {1, 4, .327, .744, 1, 1, .5191, 1, 30, 200.5},
                      {0, 2, .245, .8065, 1, 1, .5594, 1, 30, 203.5}};
  const published::Table table = published::garcia_herrera();
  const std::vector<double> ranks = friedman(table).mean_ranks;
  std::vector<double> p_values, wilcoxon_p;
  for (const Row& row : rows) {
    const double z = std::abs(rank_difference_z(ranks[row.a], ranks[row.b], 5, 30));
    CHECK(z == Approx(row.z).margin(5.1e-4));
    p_values.push_back(normal_two_sided_p(z));
    CHECK(p_values.back() == Approx(row.p).epsilon(5e-4));
    const SignedRank test = wilcoxon_signed_rank(published::differences(table, row.a, row.b));
    CHECK(test.n == row.n);
    CHECK(std::min(test.w_plus, test.w_minus) == row.w);
    CHECK(test.p == Approx(row.wilcoxon).epsilon(5e-4));
    wilcoxon_p.push_back(test.p);
  }
  const std::vector<double> by_holm = holm(p_values), by_shaffer = shaffer_static(p_values);
  const std::vector<double> wilcoxon_holm = holm(wilcoxon_p);
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CHECK(by_holm[i] == Approx(rows[i].holm).epsilon(5e-4));
    CHECK(by_shaffer[i] == Approx(rows[i].shaffer).epsilon(5e-4));
    CHECK(wilcoxon_holm[i] == Approx(rows[i].wilcoxon_holm).epsilon(5e-4));
  }
}

TEST_CASE("E3 Bonferroni, Holm and Benjamini-Hochberg of fifteen comparisons", "[example]") {
  CHECK(rejections(bonferroni(comparisons)) == 3);
  CHECK(rejections(holm(comparisons)) == 3);
  const std::vector<double> adjusted = benjamini_hochberg(comparisons);
  CHECK(rejections(adjusted) == 4);
  const double expected[] = {.0015, .003, .0095,   .035625, .0603,   .063857, .063857, .0645,
                             .0765, .486, .581182, .714875, .753231, .813214, 1};
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    CHECK(adjusted[i] == Approx(expected[i]).margin(5e-7));
  }
  CHECK(bonferroni(comparisons)[3] == Approx(.1425));
  CHECK(bonferroni(comparisons)[9] == 1);
}

TEST_CASE("E4 corrections keep the order they were given", "[example]") {
  const std::vector<double> p = {.01, .02, .03, .04, .005};
  const double by_holm[] = {.04, .06, .06, .06, .025};
  const double by_bh[] = {.025, .0333, .0375, .04, .025};
  for (std::size_t i = 0; i < p.size(); ++i) {
    CHECK(holm(p)[i] == Approx(by_holm[i]));
    CHECK(benjamini_hochberg(p)[i] == Approx(by_bh[i]).margin(5e-5));
  }
}

TEST_CASE("Shaffer's multipliers") {
  CHECK(shaffer_multipliers(2) == Numbers{1});
  CHECK(shaffer_multipliers(3) == Numbers{3, 1, 1});
  CHECK(shaffer_multipliers(4) == Numbers{6, 3, 3, 3, 2, 1});
  CHECK(shaffer_multipliers(5) == Numbers{10, 6, 6, 6, 6, 4, 4, 3, 2, 1});
  CHECK(shaffer_multipliers(6) == Numbers{15, 10, 10, 10, 10, 10, 7, 7, 7, 6, 4, 4, 3, 2, 1});
}

TEST_CASE("p-values that are not numbers leave these families") {
  const double no_value = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> p = {.02, no_value, .01};
  CHECK(bonferroni(p)[0] == Approx(.04));
  CHECK(std::isnan(bonferroni(p)[1]));
  CHECK(benjamini_hochberg(p)[0] == Approx(.02));
  CHECK(std::isnan(benjamini_hochberg(p)[1]));
  // The two that are left can both be true, although of all three pairs exactly two cannot.
  CHECK(shaffer_static(p)[2] == Approx(.02));
  CHECK(shaffer_static(p)[0] == Approx(.02));
  CHECK(std::isnan(shaffer_static(p)[1]));
  CHECK(bonferroni({}).empty());
  CHECK(benjamini_hochberg({}).empty());
  CHECK(shaffer_static({}).empty());
}

TEST_CASE("equal p-values get equal adjusted values, none above 1") {
  const std::vector<double> p = {.02, .3, .02, .9, .02, .3};
  for (const std::vector<double>& adjusted :
       {bonferroni(p), holm(p), benjamini_hochberg(p), shaffer_static(p)}) {
    CHECK(adjusted[0] == adjusted[2]);
    CHECK(adjusted[0] == adjusted[4]);
    CHECK(adjusted[1] == adjusted[5]);
    CHECK(adjusted[3] <= 1);
  }
}

TEST_CASE("Shaffer refuses p-values that are not those of all pairs") {
  CHECK_THROWS_WITH(
      shaffer_static({.1, .2}),
      "shaffer_static needs the p-values of all pairs of some methods: 2 is no number "
      "of pairs");
}
