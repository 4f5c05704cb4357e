// E1: published.h. Depression and permeability data: Hollander and Wolfe (1973), pp. 29 and 69, as
// in R's documentation of wilcox.test.
#include "host/statistics/ranks.h"

#include "host/statistics/many.h"
#include "published.h"
#include "random_data.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;

namespace {

// The definition: every sign vector of the observed ranks.
double enumerated_signed_rank_p(const std::vector<double>& d) {
  std::vector<double> sizes;
  for (const double value : d) sizes.push_back(std::abs(value));
  const std::vector<double> ranks = midranks(sizes);
  double total = 0, observed = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    total += ranks[i];
    if (d[i] > 0) observed += ranks[i];
  }
  const double smaller = std::min(observed, total - observed);
  int reached = 0;
  for (int signs = 0; signs < 1 << d.size(); ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < d.size(); ++i) sum += (signs >> i & 1) != 0 ? ranks[i] : 0;
    if (sum <= smaller) ++reached;
  }
  return std::min(1.0, 2.0 * reached / (1 << d.size()));
}

// The definition: every way to choose the first group among all values.
double enumerated_rank_sum_p(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> values = a;
  values.insert(values.end(), b.begin(), b.end());
  const std::vector<double> ranks = midranks(values);
  double observed = 0;
  for (std::size_t i = 0; i < a.size(); ++i) observed += ranks[i];
  int all = 0, below = 0, above = 0;
  for (unsigned chosen = 0; chosen < 1U << values.size(); ++chosen) {
    if (static_cast<std::size_t>(__builtin_popcount(chosen)) != a.size()) continue;
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += (chosen >> i & 1) != 0 ? ranks[i] : 0;
    ++all;
    if (sum <= observed) ++below;
    if (sum >= observed) ++above;
  }
  return std::min(1.0, 2.0 * std::min(below, above) / all);
}

}  // namespace

TEST_CASE("ranks of ties are averaged, also of ties that rounding split") {
  CHECK(midranks({3, 1, 2}) == std::vector<double>{3, 1, 2});
  CHECK(midranks({2, 1, 2, 2}) == std::vector<double>{3, 1, 3, 3});
  CHECK(midranks({.1 + .2, .5, .3}) == std::vector<double>{1.5, 3, 1.5});
  CHECK(midranks({1, 1 + 1e-8}) == std::vector<double>{1, 2});
  CHECK(midranks({}).empty());
}

TEST_CASE("E1 Wilcoxon of C4.5 against +m: zeros dropped, and ranked as Pratt does", "[example]") {
  const std::vector<double> d = published::differences(published::demsar(), 0, 1);
  const SignedRank dropped = wilcoxon_signed_rank(d);
  CHECK(dropped.n == 12);
  CHECK(dropped.w_plus == 6.5);
  CHECK(dropped.w_minus == 71.5);
  CHECK(dropped.p == Approx(.007324).margin(5e-7));
  CHECK(dropped.exact);
  const SignedRank pratt = wilcoxon_signed_rank(d, Zeros::pratt);
  CHECK(pratt.n == 12);
  CHECK(pratt.w_plus == 10.5);
  CHECK(pratt.w_minus == 91.5);
  CHECK(pratt.p == Approx(.0078125));
  CHECK(sign_test_p(2, 10) == Approx(.03857).margin(5e-6));
}

TEST_CASE("E1 Wilcoxon and Holm over all pairs", "[example]") {
  struct Row {
    std::size_t n;
    double w, p, holm;
  };
  // In the order of all_pairs: C4.5/+m, C4.5/+cf, C4.5/+m+cf, +m/+cf, +m/+m+cf, +cf/+m+cf.
  const Row expected[] = {{12, 6.5, .007324, .04395}, {13, 43, .877930, .8779},
                          {13, 11, .012451, .06226},  {13, 18, .057129, .1714},
                          {11, 22, .353516, .7070},   {12, 10.5, .021973, .08789}};
  const auto pairs = published::all_pairs(published::demsar());
  std::vector<double> p_values;
  for (const auto& pair : pairs) p_values.push_back(pair.wilcoxon.p);
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    CHECK(pairs[i].wilcoxon.n == expected[i].n);
    CHECK(std::min(pairs[i].wilcoxon.w_plus, pairs[i].wilcoxon.w_minus) == expected[i].w);
    CHECK(pairs[i].wilcoxon.p == Approx(expected[i].p).margin(5e-7));
    CHECK(adjusted[i] == Approx(expected[i].holm).margin(5.1e-5));
  }
}

TEST_CASE("Wilcoxon on Hollander and Wolfe's depression data") {
  const std::vector<double> first = {1.83, .50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const std::vector<double> second = {.878, .647, .598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  std::vector<double> d;
  for (std::size_t i = 0; i < first.size(); ++i) d.push_back(first[i] - second[i]);
  const SignedRank test = wilcoxon_signed_rank(d);
  CHECK(test.w_plus == 40);
  CHECK(test.p == Approx(2 * .01953).margin(1.1e-5));  // R prints the one-sided p
}

TEST_CASE("Mann-Whitney on Hollander and Wolfe's permeability data") {
  const RankSum test = mann_whitney({.80, .83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, .73, 1.46},
                                    {1.15, .88, .90, .74, 1.21});
  CHECK(test.u == 35);
  CHECK(test.p == Approx(2 * .1272).margin(1.1e-4));  // R prints the one-sided p
  CHECK(test.exact);
}

TEST_CASE("D1 rank tests of a pair on six seeds", "[example]") {
  const std::vector<double> a = {.812, .825, .801, .833, .819, .828};
  const std::vector<double> b = {.804, .809, .803, .815, .816, .820};
  CHECK(wilcoxon_signed_rank({.008, .016, -.002, .018, .003, .008}).p == Approx(.0625));
  CHECK(mann_whitney(a, b).u == 26);
  CHECK(mann_whitney(a, b).p == Approx(.2403).margin(5e-5));
}

TEST_CASE("exact p-values are those of an enumeration, ties included") {
  NormalStream numbers(11);
  for (int repetition = 0; repetition < 40; ++repetition) {
    std::vector<double> a, b, d;
    for (int i = 0; i < 4 + repetition % 3; ++i) a.push_back(std::round(2 * numbers.next()));
    for (int i = 0; i < 6; ++i) b.push_back(std::round(2 * numbers.next() + 1));
    CHECK(mann_whitney(a, b).p == Approx(enumerated_rank_sum_p(a, b)));
    for (int i = 0; i < 9; ++i) {
      const double value = std::round(3 * numbers.next() + 1);
      if (value != 0) d.push_back(value);
    }
    CHECK(wilcoxon_signed_rank(d).p == Approx(enumerated_signed_rank_p(d)));
  }
}

TEST_CASE("the normal approximations meet the exact tests where both are good") {
  NormalStream numbers(12);
  const std::vector<double> d = numbers.sample(62, .2);
  std::vector<double> more = d;
  more.push_back(1e-9);  // of rank 1: hardly any evidence, and the 63rd
  CHECK(wilcoxon_signed_rank(d).exact);
  CHECK_FALSE(wilcoxon_signed_rank(more).exact);
  CHECK(wilcoxon_signed_rank(more).p == Approx(wilcoxon_signed_rank(d).p).margin(.01));

  const std::vector<double> a = numbers.sample(30, .3), b = numbers.sample(30);
  std::vector<double> longer = a;
  longer.push_back(.15);
  CHECK(mann_whitney(a, b).exact);
  CHECK_FALSE(mann_whitney(longer, b).exact);
  CHECK(mann_whitney(longer, b).p == Approx(mann_whitney(a, b).p).margin(.02));
}

TEST_CASE("rank tests at the ends") {
  const double no_value = std::numeric_limits<double>::quiet_NaN();
  CHECK(wilcoxon_signed_rank({}).p == 1);
  CHECK(wilcoxon_signed_rank({0, 0, 0}).p == 1);
  CHECK(wilcoxon_signed_rank({0, 0, 0}, Zeros::pratt).p == 1);
  CHECK(wilcoxon_signed_rank({.008, no_value, .016}).n == 2);
  // .3 - (.1 + .2) is not zero in floating point.
  CHECK(wilcoxon_signed_rank({.3 - (.1 + .2), .5, .5}).n == 2);
  CHECK(std::isnan(mann_whitney({}, {1}).p));
  CHECK(mann_whitney({1, 1}, {1, 1}).p == 1);
  CHECK(mann_whitney({no_value, 2}, {1}).u == 1);
  const std::vector<double> alike(40, 1.0);
  CHECK(mann_whitney(alike, alike).p == 1);
  CHECK(sign_test_p(1, 8) == Approx(.03906).margin(5e-6));
  CHECK(sign_test_p(3, 0) == Approx(.25));
  CHECK(sign_test_p(0, 0) == 1);
  CHECK(sign_test_p(3, 3) == 1);
  CHECK(sign_test_p(0, 6) == Approx(.03125));
}

TEST_CASE("swapping the groups keeps two-sided p-values") {
  NormalStream numbers(13);
  const std::vector<double> a = numbers.sample(5), b = numbers.sample(7);
  CHECK(mann_whitney(a, b).p == mann_whitney(b, a).p);
  CHECK(mann_whitney(a, b).u + mann_whitney(b, a).u == 35);
  std::vector<double> mirrored;
  for (const double value : b) mirrored.push_back(-value);
  CHECK(wilcoxon_signed_rank(b).p == wilcoxon_signed_rank(mirrored).p);
  CHECK(wilcoxon_signed_rank(b).w_plus == wilcoxon_signed_rank(mirrored).w_minus);
}
