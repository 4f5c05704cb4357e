// The table of smallest p-values: docs/statistics.md, recomputed from 2 / 2^n and 2 / C(2n, n).
#include "host/statistics/attainable.h"

#include "host/statistics/paired.h"
#include "host/statistics/ranks.h"

#include <catch2/catch.hpp>

using namespace assay;

TEST_CASE("smallest attainable p-values by the number of pairs or the group size") {
  struct Row {
    std::size_t n;
    double two_sided, one_sided, groups;
    double unit;  // of the last digit printed for groups
  };
  const Row rows[] = {{3, .25, .125, .10, .01},         {4, .125, .0625, .0286, .0001},
                      {5, .0625, .03125, .0079, .0001}, {6, .03125, .0156, .0022, .0001},
                      {7, .0156, .0078, .00058, 1e-5},  {8, .0078, .0039, .00016, 1e-5},
                      {10, .0020, .0010, 1.1e-5, 1e-6}};
  for (const Row& row : rows) {
    CHECK(smallest_sign_flip_p(row.n) == Approx(row.two_sided).margin(5.1e-5));
    CHECK(smallest_one_sided_sign_flip_p(row.n) == Approx(row.one_sided).margin(5.1e-5));
    CHECK(smallest_mann_whitney_p(row.n, row.n) == Approx(row.groups).margin(.51 * row.unit));
  }
}

TEST_CASE("tests reach their smallest p-values and no smaller ones") {
  for (std::size_t n = 1; n <= 10; ++n) {
    std::vector<double> low, high;
    for (std::size_t i = 0; i < n; ++i) {
      low.push_back(1 + static_cast<double>(i));
      high.push_back(100 + static_cast<double>(i));
    }
    CHECK(smallest_sign_flip_p(n) == Approx(sign_flip_test(low).p));
    CHECK(smallest_one_sided_sign_flip_p(n) == Approx(sign_flip_greater(low).p));
    CHECK(smallest_sign_flip_p(n) == Approx(wilcoxon_signed_rank(low).p));
    CHECK(smallest_mann_whitney_p(n, n) == Approx(mann_whitney(low, high).p));
    CHECK(smallest_mann_whitney_p(n, 3) == Approx(mann_whitney(low, {200, 201, 202}).p));
  }
  CHECK(smallest_sign_flip_p(0) == 1);
  CHECK(smallest_mann_whitney_p(0, 5) == 1);
}

TEST_CASE("pairs that Holm needs by the number of comparisons") {
  const std::pair<std::size_t, std::size_t> expected[] = {
      {1, 6}, {2, 7}, {3, 7}, {4, 8}, {6, 8}, {10, 9}, {15, 10}, {28, 11}, {45, 11}};
  for (const auto& [comparisons, pairs] : expected) CHECK(pairs_for_holm(comparisons) == pairs);
  CHECK(pairs_for_holm(0) == 6);
}

TEST_CASE("tasks that verdicts over all pairs, or against one baseline, need") {
  const std::pair<std::size_t, std::size_t> all[] = {{2, 6},  {3, 7},  {4, 8},  {5, 9},
                                                     {6, 10}, {8, 11}, {10, 11}};
  for (const auto& [methods, tasks] : all) CHECK(pairs_for_holm(all_pairs(methods)) == tasks);
  for (const std::size_t methods : {5, 6}) CHECK(pairs_for_holm(methods - 1) == 8);
  for (const std::size_t methods : {8, 9, 10}) CHECK(pairs_for_holm(methods - 1) == 9);
}

TEST_CASE("values in each group that Mann-Whitney needs") {
  CHECK(group_size_for_holm(1) == 4);
  CHECK(group_size_for_holm(1, .002) == 7);  // where asv starts to use its U test
  CHECK(group_size_for_holm(6) == 5);
}
