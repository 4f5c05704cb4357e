// Balanced hard targets: hand-worked batches, the published two-class rule, and the shares of many.
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <algorithm>

namespace assay::weak_to_strong::test {
namespace {

Tensor two_classes(std::vector<double> p_0) {
  const Tensor first = at::tensor(p_0, at::kDouble);
  return at::stack({first, 1 - first}, 1).unsqueeze(0);
}

Tensor ones(const Tensor& probability_KBC) {
  return at::ones(probability_KBC.sizes().slice(0, 2), probability_KBC.options());
}

/// Hard class of each item of the only row.
std::vector<std::int64_t> classes_of(const Tensor& target_KBC) {
  const Tensor hard = target_KBC.argmax(2).contiguous();
  return {hard.const_data_ptr<std::int64_t>(), hard.const_data_ptr<std::int64_t>() + hard.numel()};
}

/// torch.quantile's definition, written out: linear interpolation at q (n - 1).
double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (place - static_cast<double>(low)) * (values[high] - values[low]);
}

}  // namespace

TEST_CASE("balanced target: two classes by hand") {
  // Mean of w_1 is 0.3, so the threshold lies at 0.3 * 4 = 1.2 of p_0 = {.2, .6, .7, .9, .95}:
  // 0.62.
  const Tensor p = two_classes({0.9, 0.2, 0.7, 0.95, 0.6});
  const Tensor w = two_classes({0.9, 0.8, 0.7, 0.6, 0.5});
  CHECK(classes_of(balanced_hard_target(p, w, ones(p))) ==
        std::vector<std::int64_t>{0, 1, 0, 0, 1});
  // Sure of class 0 everywhere: plain argmax would give one class, the balance gives w's share.
  const Tensor sure = two_classes({0.99, 0.98, 0.97, 0.96});
  const Tensor half = two_classes({0.5, 0.5, 0.5, 0.5});
  CHECK(classes_of(balanced_hard_target(sure, half, ones(sure))) ==
        std::vector<std::int64_t>{0, 0, 1, 1});
}

TEST_CASE("balanced target: two classes follow the published quantile rule") {
  const Tensor draws = Streams({1, 2, 3}, "test.balance").uniform({32, 2});
  const Tensor p_0 = draws.select(2, 0), w_1 = draws.select(2, 1);
  const Tensor p = at::stack({p_0, 1 - p_0}, 2), w = at::stack({1 - w_1, w_1}, 2);
  const Tensor target = balanced_hard_target(p, w, ones(p));
  for (std::int64_t row = 0; row < 3; ++row) {
    const Tensor values = p_0[row].contiguous();
    const double threshold =
        quantile({values.const_data_ptr<double>(), values.const_data_ptr<double>() + 32},
                 w_1[row].mean().item<double>());
    for (std::int64_t item = 0; item < 32; ++item) {
      const std::int64_t expected = values[item].item<double>() >= threshold ? 0 : 1;
      CHECK(target[row][item].argmax().item<std::int64_t>() == expected);
    }
  }
}

TEST_CASE("balanced target: more classes by hand") {
  // Every item leans to class 0, the supervisor asks for thirds. Shifting the classes until the
  // mean softmax is a third each leaves every item with the class it leans to most among the items.
  const Tensor p = at::tensor({0.90, 0.05, 0.05, 0.60, 0.30, 0.10, 0.60, 0.10, 0.30}, at::kDouble)
                       .view({1, 3, 3});
  const Tensor w = at::full_like(p, 1.0 / 3);
  CHECK(classes_of(p) == std::vector<std::int64_t>{0, 0, 0});
  CHECK(classes_of(balanced_hard_target(p, w, ones(p))) == std::vector<std::int64_t>{0, 1, 2});
}

TEST_CASE("balanced target: class shares come near the supervisor's") {
  const Tensor logits = Streams({4, 5}, "test.logits").normal({400, 5}) * 2;
  const Tensor tilt = at::tensor({3.0, 0.0, 0.0, -1.0, 0.0}, at::kDouble);
  const Tensor p = (logits + tilt).softmax(2);
  const Tensor w = Streams({4, 5}, "test.weak").normal({400, 5}).softmax(2);
  const Tensor shares = balanced_hard_target(p, w, ones(p)).mean(1);
  CHECK(at::allclose(shares, w.mean(1), 0, 0.05));
  CHECK(p.argmax(2).eq(0).to(at::kDouble).mean().item<double>() > 0.5);  // what it corrects
}

TEST_CASE("balanced target: padding has no say, rows do not mix, labels have no gradient") {
  for (const std::int64_t classes : {2, 4}) {
    Tensor p = Streams({6, 7}, "test.p").normal({10, classes}).softmax(2);
    Tensor w = Streams({6, 7}, "test.w").normal({10, classes}).softmax(2);
    Tensor weight = ones(p);
    weight.narrow(1, 7, 3).zero_();
    const Tensor target = balanced_hard_target(p, w, weight).narrow(1, 0, 7);
    const Tensor cut =
        balanced_hard_target(p.narrow(1, 0, 7), w.narrow(1, 0, 7), weight.narrow(1, 0, 7));
    CHECK(at::equal(target, cut));
    const Tensor alone =
        balanced_hard_target(p.narrow(0, 1, 1), w.narrow(0, 1, 1), weight.narrow(0, 1, 1));
    CHECK(at::equal(target.narrow(0, 1, 1), alone.narrow(1, 0, 7)));
    CHECK_FALSE(balanced_hard_target(p.clone().requires_grad_(), w, weight).requires_grad());
  }
}

TEST_CASE("balanced target: a class that nobody has stays empty, and nothing turns into NaN") {
  Tensor p = at::full({1, 6, 3}, 0.0, at::kFloat);
  p.select(2, 0).fill_(1);  // certain, and against the supervisor
  Tensor w = at::zeros({1, 6, 3}, at::kFloat);
  w.select(2, 1).fill_(1);
  const Tensor target = balanced_hard_target(p, w, ones(p));
  CHECK(target.isfinite().all().item<bool>());
  CHECK(target.sum().item<double>() == 6);
}

TEST_CASE("balanced target: shapes that do not fit") {
  const Tensor p = at::ones({1, 2, 3});
  CHECK_THAT(error_of([&] { balanced_hard_target(p, at::ones({1, 2, 2}), at::ones({1, 2})); }),
             Catch::StartsWith("balanced_hard_target: expected probabilities and weak labels"));
}

}  // namespace assay::weak_to_strong::test
