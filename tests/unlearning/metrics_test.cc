// KLoM and membership inference on examples worked by hand.
#include "sdk/families/unlearning/klom.h"
#include "sdk/families/unlearning/membership.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>

namespace assay::unlearning::test {
namespace {

Tensor column(std::vector<double> values) {
  return at::tensor(values, at::kDouble).unsqueeze(1);
}
Tensor row(std::vector<double> values) {
  return at::tensor(values, at::kDouble).unsqueeze(0);
}

}  // namespace

TEST_CASE("klom: shares of bins by hand, the last one closed") {
  // Range [0, 1]: the margins of 1 are in the last bin, not lost. p = (1/2, 1/2), q = (1/4, 3/4).
  const Tensor value = klom(column({0, 0, 1, 1}), column({0, 1, 1, 1}));
  CHECK(value.item<double>() == Approx(0.5 * std::log(2.0) + 0.5 * std::log(2.0 / 3)));
  // Models that agree, and a bin of width 1/20: 0.04 is in the first bin, 0.06 in the second.
  CHECK(klom(column({0, 0.04, 1}), column({0.04, 0, 1})).item<double>() == Approx(0).margin(1e-12));
  CHECK(klom(column({0.06, 1}), column({0, 1})).item<double>() ==
        Approx(0.5 * std::log(0.5 / 1e-5) + 0.5 * std::log(1.0)));
  CHECK(klom(column({3, 3}), column({3, 3})).item<double>() == 0);
}

TEST_CASE("klom: distributions that never meet reach the ceiling, and direction matters") {
  CHECK(klom(column({0, 0}), column({1, 1})).item<double>() == Approx(std::log(1e5)));
  const Tensor narrow = column({0, 0, 0, 0}), wide = column({0, 0, 1, 1});
  CHECK(klom(narrow, wide).item<double>() == Approx(std::log(2.0)));
  CHECK(klom(wide, narrow).item<double>() == Approx(0.5 * std::log(0.5) + 0.5 * std::log(5e4)));
}

TEST_CASE("klom: margins against the definition") {
  const Tensor logits = at::tensor(std::vector<double>{1, 2, 4}, at::kDouble).view({1, 1, 3});
  const Tensor label = at::tensor(std::vector<std::int64_t>{2}, at::kLong).view({1, 1});
  CHECK(margins(Likelihood::categorical, logits, label).item<double>() ==
        Approx(4 - std::log(std::exp(1.0) + std::exp(2.0))));
  CHECK(margins(Likelihood::categorical, logits * 1000, label).item<double>() == 100);
  const Tensor z = at::full({1, 1, 1}, 3.0, at::kDouble);
  CHECK(margins(Likelihood::bernoulli, z, at::zeros({1, 1}, at::kLong)).item<double>() == -3);
}

TEST_CASE("klom: percentiles interpolate as NumPy's") {
  const Tensor values = at::tensor(std::vector<double>{4, 1, 3, 2}, at::kDouble);
  CHECK(percentile(values, 0) == 1);
  CHECK(percentile(values, 50) == 2.5);
  CHECK(percentile(values, 95) == Approx(3.85));
  CHECK(percentile(values, 100) == 4);
}

TEST_CASE("membership: AUC counts pairs, ties half") {
  // Pairs of {1, 2, 2} with {0, 2}: 1 + 0 + 1 + 1/2 + 1 + 1/2 of 6.
  CHECK(attack_auc(row({1, 2, 2}), row({0, 2})).item<double>() == Approx(4.0 / 6));
  const Tensor two = attack_auc(at::cat({row({1, 2}), row({0, 0})}), at::cat({row({0}), row({1})}));
  CHECK(two[0].item<double>() == 1);
  CHECK(two[1].item<double>() == 0);
}

TEST_CASE("membership: points of the ROC curve") {
  const auto points = roc(row({3, 1}), row({2, 0}));
  REQUIRE(points.size() == 41);
  CHECK(points[0].second == 0.5);  // no other score above 2
  CHECK(points[19].second == 0.5);
  CHECK(points[20].second == 1);  // one of two allowed: everything above 0
  CHECK(points[40] == std::pair{1.0, 1.0});
}

TEST_CASE("membership: RMIA's ratio test") {
  // a = 1: ratios .8/.5 = 1.6 against 1 and 2 of the population.
  const Tensor z = row({0.5, 0.9}), z_out = row({0.5, 0.45});
  CHECK(rmia(row({0.8}), row({0.5}), z, z_out, 1).item<double>() == 0.5);
  // a = .3: .8 / ((1.3 .5 + .7) / 2) = 1.185 against .741 and 1.401.
  CHECK(rmia(row({0.8}), row({0.5}), z, z_out, 0.3).item<double>() == 0.5);
  CHECK(rmia(row({0.96}), row({0.5}), z, z_out, 0.3).item<double>() == 1);
}

TEST_CASE("membership: entropy of uniform predictions") {
  CHECK(entropy(at::zeros({1, 1, 4}, at::kDouble)).item<double>() == Approx(std::log(4.0)));
  CHECK(entropy(at::zeros({1, 1, 1}, at::kDouble)).item<double>() == Approx(std::log(2.0)));
}

}  // namespace assay::unlearning::test
