// What must not change when methods, names or units do. Data: random, and E2 of published.h.
#include "host/statistics/aggregate.h"
#include "host/statistics/friedman.h"
#include "host/statistics/many.h"
#include "host/statistics/paired.h"
#include "published.h"
#include "random_data.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace assay;
using published::Table;

namespace {

Table with_columns(const Table& table, const std::vector<std::size_t>& columns) {
  Table picked;
  for (const auto& row : table) {
    picked.emplace_back();
    for (const std::size_t column : columns) picked.back().push_back(row[column]);
  }
  return picked;
}

}  // namespace

TEST_CASE("relabelling methods permutes what is said of them") {
  const Table table = NormalStream(61).table(9, 4);
  const std::vector<std::size_t> order = {2, 0, 3, 1};
  const RankTable one = friedman(table), other = friedman(with_columns(table, order));
  CHECK(other.chi2 == Approx(one.chi2));
  CHECK(other.f_p == Approx(one.f_p));
  for (std::size_t i = 0; i < order.size(); ++i) {
    CHECK(other.mean_ranks[i] == one.mean_ranks[order[i]]);
  }
  const std::vector<double> p = {.01, .5, .03, .2, .04, .6};
  const std::vector<std::size_t> moved = {5, 2, 0, 1, 4, 3};
  std::vector<double> p_moved;
  for (const std::size_t from : moved) p_moved.push_back(p[from]);
  for (const auto correct : {bonferroni, holm, benjamini_hochberg, shaffer_static}) {
    for (std::size_t i = 0; i < moved.size(); ++i) {
      CHECK(correct(p_moved)[i] == correct(p)[moved[i]]);
    }
  }
}

TEST_CASE("strictly monotone transforms of scores keep ranks") {
  const Table table = NormalStream(62).table(9, 5);
  Table stretched = table;
  for (auto& row : stretched) {
    for (double& score : row) score = std::atan(score) * 100 + 3;
  }
  CHECK(friedman(stretched).mean_ranks == friedman(table).mean_ranks);
  CHECK(friedman(stretched).f_p == friedman(table).f_p);
  CHECK(mann_whitney(stretched[0], stretched[1]).p == mann_whitney(table[0], table[1]).p);
}

TEST_CASE("another method leaves pairwise Wilcoxon tests as they were, not mean-rank tests") {
  const Table all = published::garcia_herrera();
  const Table without = with_columns(all, {0, 1, 2, 4});
  const auto pairs_all = published::all_pairs(all), pairs_without = published::all_pairs(without);
  const auto p_of = [](const std::vector<published::Pair>& pairs, std::size_t a, std::size_t b) {
    for (const auto& pair : pairs) {
      if (pair.a == a && pair.b == b) return pair.wilcoxon.p;
    }
    return -1.0;
  };
  CHECK(p_of(pairs_without, 1, 2) == p_of(pairs_all, 1, 2));
  CHECK(p_of(pairs_without, 2, 3) == p_of(pairs_all, 2, 4));
  const std::vector<double> ranks = friedman(all).mean_ranks;
  const std::vector<double> ranks_without = friedman(without).mean_ranks;
  const double z = rank_difference_z(ranks[1], ranks[2], 5, 30);
  const double z_without = rank_difference_z(ranks_without[1], ranks_without[2], 4, 30);
  CHECK(std::abs(z - z_without) > .05);
}

TEST_CASE("adding a constant to both methods leaves their comparison as it was") {
  NormalStream numbers(63);
  std::vector<double> a = numbers.sample(8, .5), b = numbers.sample(8);
  const PairedTest before = paired_test(a, b);
  for (double& value : a) value += 3;
  for (double& value : b) value += 3;
  const PairedTest after = paired_test(a, b);
  CHECK(after.difference.mean == Approx(before.difference.mean));
  CHECK(after.p == Approx(before.p));
  CHECK(after.sign_flip.p == before.sign_flip.p);
  CHECK(wilcoxon_signed_rank(after.differences).p == wilcoxon_signed_rank(before.differences).p);
}

TEST_CASE("a copy of a method cannot be told from it") {
  const std::vector<double> a = NormalStream(64).sample(8);
  CHECK(paired_test(a, a).p == 1);
  CHECK(wilcoxon_signed_rank(paired_test(a, a).differences).p == 1);
  CHECK(probability_of_improvement(a, a) == .5);
  CHECK(mann_whitney(a, a).p == 1);
}
