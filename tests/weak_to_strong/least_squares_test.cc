// The output layer in closed form, against solutions by hand and the normal equations solved row by
// row; items selected from a data set.
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::weak_to_strong::test {
namespace {

Tensor numbers(std::vector<double> values) {
  return at::tensor(values, at::kDouble);
}

/// A linear model of one output, float64, all parameters one.
Model linear(std::int64_t rows, std::int64_t features, std::int64_t outputs = 1) {
  Model model;
  model.network = make_network({.arch = "mlp", .depth = 0}, {features}, outputs);
  model.theta_KP = at::ones({rows, model.network->layout().size()}, at::kDouble);
  return model;
}

}  // namespace

TEST_CASE("least squares: a line by hand") {
  // Points (0, 1), (1, 3), (2, 5), (3, 9): means 1.5 and 4.5, Sxy = 13, Sxx = 5: slope 2.6,
  // intercept .6. Ridge 1 adds n = 4 to Sxx: slope 13 / 9. Without an intercept sum xy / sum x^2 =
  // 40 / 14.
  const Dataset data = Dataset::own(numbers({0, 1, 2, 3}).view({1, 4, 1}));
  const Tensor y = numbers({1, 3, 5, 9}).view({1, 4, 1});
  const auto fit = [&](const LeastSquares& how) {
    return least_squares_head(linear(1, 1), data, y, how).theta_KP.squeeze(0);
  };
  CHECK(at::allclose(fit({}), numbers({2.6, 0.6}), 0, 1e-12));
  CHECK(at::allclose(fit({numbers({1}).view({1, 1})}), numbers({13.0 / 9, 4.5 - 1.5 * 13 / 9}), 0,
                     1e-12));
  CHECK(at::allclose(fit({{}, false}), numbers({40.0 / 14, 0}), 0, 1e-12));
}

TEST_CASE("least squares: rows of other sizes and ridges, against the normal equations") {
  const Seeds seeds = {1, 2, 3};
  const Tensor x_KND = Streams(seeds, "test.x").normal({12, 4});
  const Tensor y_KNC = Streams(seeds, "test.y").normal({12, 2});
  const std::vector<std::int64_t> counts = {12, 7, 9};
  Tensor items_KN = at::arange(12, at::kLong).repeat({3, 1});
  for (std::int64_t row = 0; row < 3; ++row) {
    items_KN[row].slice(0, counts[static_cast<std::size_t>(row)]).fill_(-1);
  }
  const Tensor ridge_K1 = numbers({0.1, 0, 2}).view({3, 1});
  const Model fitted =
      least_squares_head(linear(3, 4, 2), Dataset::own(x_KND, items_KN), y_KNC, {ridge_K1, true});
  for (std::int64_t row = 0; row < 3; ++row) {
    // Centred: the intercept is what is left of the means.
    const std::int64_t n = counts[static_cast<std::size_t>(row)];
    const Tensor x = x_KND[row].slice(0, 0, n), y = y_KNC[row].slice(0, 0, n);
    const Tensor xc = x - x.mean(0), yc = y - y.mean(0);
    const double shrink = ridge_K1[row].item<double>() * static_cast<double>(n);
    const Tensor gram = xc.t().mm(xc) + shrink * at::eye(4, at::kDouble);
    const Tensor weight = at::linalg_solve(gram, xc.t().mm(yc));
    CHECK(at::allclose(slice_of(fitted, "head.weight")[row], weight, 0, 1e-10));
    CHECK(at::allclose(slice_of(fitted, "head.bias")[row], y.mean(0) - x.mean(0).matmul(weight), 0,
                       1e-10));
  }
}

TEST_CASE("least squares: the smallest norm where the equations are singular") {
  // One item, x = (3, 4), y = 10: of all w with w.x = 10 the shortest is 10 x / 25.
  const Dataset data = Dataset::own(numbers({3, 4}).view({1, 1, 2}));
  const Model fitted =
      least_squares_head(linear(1, 2), data, numbers({10}).view({1, 1, 1}), {{}, false});
  CHECK(at::allclose(fitted.theta_KP.squeeze(0), numbers({1.2, 1.6, 0}), 0, 1e-10));
}

TEST_CASE("least squares: targets of another shape") {
  const Dataset data = Dataset::own(numbers({0, 1}).view({1, 2, 1}));
  CHECK(error_of([&] {
          least_squares_head(linear(1, 1), data, at::zeros({1, 3, 1}, at::kDouble), {});
        }) == "least_squares_head: expected targets [1, 2, 1], got [1, 3, 1]");
}

TEST_CASE("features: what the output layer reads") {
  Model model;
  model.network = make_network({.arch = "mlp", .width = 5, .depth = 1}, {3}, 2);
  const Seeds seeds = {4, 5};
  model.theta_KP = Streams(seeds, "test.theta").normal({model.network->layout().size()});
  const Tensor x = Streams(seeds, "test.x").normal({6, 3});
  const Tensor by_hand = x.matmul(slice_of(model, "layer0.weight"))
                             .add(slice_of(model, "layer0.bias").unsqueeze(1))
                             .clamp_min(0);
  CHECK(at::allclose(predict_features(model, Dataset::own(x)), by_hand, 0, 1e-12));
}

TEST_CASE("data: items selected from the items of each row") {
  const Tensor pool = at::arange(10, at::kDouble).view({10, 1});
  const Dataset data =
      Dataset::shared(pool, at::tensor({5, 6, 7, 8, 1, 2, 3, -1}, at::kLong).view({2, 4}));
  const Dataset some = data.select_items(at::tensor({3, 0, -1, 2, 2, 1}, at::kLong).view({2, 3}));
  CHECK(some.count(0) == 2);
  CHECK(some.count(1) == 3);
  CHECK(at::equal(some.slice(0, 2).view({2, 2}), numbers({8, 5, 3, 3}).view({2, 2})));
  CHECK(error_of([&] { data.select_items(at::tensor({0, 3}, at::kLong).view({2, 1})); }) ==
        "Dataset::select_items: position 3 of row 1, which has 3 items");
  CHECK(error_of([&] { data.select_items(at::zeros({1, 2}, at::kLong)); }) ==
        "Dataset::select_items: positions must be int64 [2, items], but are [1, 2]");
}

}  // namespace assay::weak_to_strong::test
