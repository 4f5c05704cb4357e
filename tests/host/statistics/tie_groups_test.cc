// E1, E2: published.h, with the bars that docs/statistics.md prints.
#include "host/statistics/tie_groups.h"

#include "host/statistics/friedman.h"
#include "host/statistics/many.h"
#include "published.h"

#include <assay/common/error.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

using namespace assay;

namespace {

using Methods = std::vector<std::size_t>;
using Range = std::pair<std::size_t, std::size_t>;

std::vector<std::vector<bool>> none_rejected(std::size_t methods) {
  return std::vector<std::vector<bool>>(methods, std::vector<bool>(methods, false));
}

// Order by mean rank, Wilcoxon and Holm over all pairs.
TieGroups groups_of(const published::Table& table) {
  const std::vector<double> ranks = friedman(table).mean_ranks;
  Methods order(ranks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ranks[a] < ranks[b]; });
  const auto pairs = published::all_pairs(table);
  std::vector<double> p_values;
  for (const auto& pair : pairs) p_values.push_back(pair.wilcoxon.p);
  return tie_groups(order, published::rejections(pairs, holm(p_values), ranks.size()));
}

}  // namespace

TEST_CASE("E1 bars: +m+cf, +m, +cf and +cf, C4.5", "[example]") {
  const TieGroups groups = groups_of(published::demsar());
  CHECK(groups.bars == std::vector<Methods>{{3, 1, 2}, {2, 0}});
  CHECK(groups.rank_ranges == std::vector<Range>{{3, 4}, {1, 3}, {1, 4}, {1, 3}});
}

TEST_CASE("E2 bars: C4.5, NB and CN2, 1NN; Kernel alone", "[example]") {
  const TieGroups groups = groups_of(published::garcia_herrera());
  CHECK(groups.bars == std::vector<Methods>{{0, 2}, {4, 1}});
  CHECK(groups.rank_ranges == std::vector<Range>{{1, 2}, {3, 4}, {1, 2}, {5, 5}, {3, 4}});
}

TEST_CASE("no rejection gives one bar, all rejections none") {
  CHECK(tie_groups({1, 0, 2}, none_rejected(3)).bars == std::vector<Methods>{{1, 0, 2}});
  CHECK(tie_groups({1, 0, 2}, none_rejected(3)).rank_ranges ==
        std::vector<Range>{{1, 3}, {1, 3}, {1, 3}});
  auto all = none_rejected(3);
  for (auto& row : all) row.assign(3, true);
  CHECK(tie_groups({1, 0, 2}, all).bars.empty());
  CHECK(tie_groups({1, 0, 2}, all).rank_ranges == std::vector<Range>{{2, 2}, {1, 1}, {3, 3}});
  CHECK(tie_groups({}, {}).bars.empty());
  CHECK(tie_groups({0}, none_rejected(1)).rank_ranges == std::vector<Range>{{1, 1}});
}

TEST_CASE("overlapping bars: a method's range spans all of its bars") {
  auto rejected = none_rejected(4);
  rejected[0][2] = rejected[2][0] = true;
  rejected[0][3] = rejected[3][0] = true;
  const TieGroups groups = tie_groups({0, 1, 2, 3}, rejected);
  CHECK(groups.bars == std::vector<Methods>{{0, 1}, {1, 2, 3}});
  CHECK(groups.rank_ranges == std::vector<Range>{{1, 2}, {1, 4}, {2, 4}, {2, 4}});
}

TEST_CASE("a rejected pair hides that its outer neighbours were not told apart") {
  auto rejected = none_rejected(3);
  rejected[1][2] = rejected[2][1] = true;
  const TieGroups groups = tie_groups({0, 1, 2}, rejected);
  CHECK(groups.bars == std::vector<Methods>{{0, 1}});
  CHECK(groups.rank_ranges == std::vector<Range>{{1, 2}, {1, 2}, {3, 3}});
}

TEST_CASE("a copy of a method shares its group") {
  published::Table table = published::garcia_herrera();
  for (auto& row : table) row.push_back(row[3]);
  const TieGroups groups = groups_of(table);
  const auto together =
      std::find_if(groups.bars.begin(), groups.bars.end(), [](const Methods& bar) {
        return std::count(bar.begin(), bar.end(), 3) == 1 &&
               std::count(bar.begin(), bar.end(), 5) == 1;
      });
  CHECK(together != groups.bars.end());
  CHECK(wilcoxon_signed_rank(published::differences(table, 3, 5)).p == 1);
}

TEST_CASE("orders and matrices that do not fit are refused") {
  CHECK_THROWS_WITH(tie_groups({0, 0}, none_rejected(2)),
                    "tie_groups needs every method number below 2 once: it got 0");
  CHECK_THROWS_WITH(tie_groups({0, 2}, none_rejected(2)),
                    "tie_groups needs every method number below 2 once: it got 2");
  CHECK_THROWS_WITH(tie_groups({0, 1}, none_rejected(3)), "tie_groups needs a matrix of 2 x 2");
}
