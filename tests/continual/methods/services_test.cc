#include "support.h"

#include <assay/continual/class_statistics.h>
#include <assay/continual/quadratic_penalty.h>
#include <assay/continual/snapshot.h>

namespace assay::continual::test {
namespace {

Batch rows_of(std::int64_t rows, const std::vector<std::int64_t>& active) {
  const auto count = static_cast<std::int64_t>(active.size());
  return batch_of(at::zeros({count, 1, 1}, at::kDouble), at::zeros({count, 1}, at::kLong), 2, rows,
                  active);
}

}  // namespace

TEST_CASE("penalty: several anchors pull as the sum of their quadratics") {
  const Seeds seeds = {1, 2, 3};
  const Streams streams(seeds, "test.penalty");
  for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
    std::vector<Tensor> importance, anchor;
    QuadraticPenalty penalty;
    for (std::int64_t k = 0; k < 3; ++k) {
      importance.push_back(streams.uniform({37}, k).to(type));
      anchor.push_back(streams.normal({37}, 10 + k).to(type));
      penalty.add(importance.back(), anchor.back());
    }
    const Tensor theta = streams.normal({37}, 20).to(type);
    const Tensor strength_K1 = numbers({0, 1, 2.5}, {3, 1}).to(type);
    const auto value = [&](const Tensor& at) {  // of each row
      Tensor sum = at::zeros({3}, at::kDouble);
      for (std::size_t k = 0; k < 3; ++k) {
        sum += (importance[k] * (at - anchor[k]).square()).sum(1).to(at::kDouble) / 2;
      }
      return sum * strength_K1.squeeze(1).to(at::kDouble);
    };
    Tensor gradient = at::ones({3, 37}, type);
    penalty.pull(rows_of(3, {0, 1, 2}), strength_K1, theta, gradient);
    if (type == at::kDouble) {
      for (std::int64_t column = 0; column < 37; column += 6) {
        Tensor up = theta.clone(), down = theta.clone();
        up.select(1, column).add_(1e-6);
        down.select(1, column).add_(-1e-6);
        CHECK(largest_difference(gradient.select(1, column) - 1, (value(up) - value(down)) / 2e-6) <
              1e-7);
      }
    }
    Tensor expected = at::ones({3, 37}, type);
    for (std::size_t k = 0; k < 3; ++k) {
      expected += strength_K1 * importance[k] * (theta - anchor[k]);
    }
    CHECK(largest_difference(gradient, expected) < (type == at::kDouble ? 1e-13 : 1e-5));
    // Rows that are left out neither pull nor are pulled, and other layouts take the plain way.
    Tensor of_two = at::ones({37, 2}, type).t();
    penalty.pull(rows_of(3, {2, 1}), strength_K1, theta.index_select(0, integers({2, 1}, {2})),
                 of_two);
    CHECK(largest_difference(of_two, gradient.index_select(0, integers({2, 1}, {2}))) <
          (type == at::kDouble ? 1e-13 : 1e-5));
  }
}

TEST_CASE("penalty: by hand, replaced, empty, and its bytes") {
  QuadraticPenalty penalty;
  Tensor gradient = numbers({1, 1}, {1, 2});
  const Tensor theta = numbers({2, 0}, {1, 2}), one = numbers({1}, {1, 1});
  penalty.pull(rows_of(1, {0}), one, theta, gradient);
  CHECK(gradient.equal(numbers({1, 1}, {1, 2})));
  penalty.add(numbers({3, 5}, {1, 2}), numbers({1, 1}, {1, 2}));
  penalty.set(numbers({3, 4}, {1, 2}), numbers({1, 2}, {1, 2}));
  penalty.pull(rows_of(1, {0}), one, theta, gradient);
  CHECK(gradient.equal(numbers({1 + 3, 1 - 8}, {1, 2})));
  Bytes bytes;
  penalty.state(bytes);
  CHECK(bytes.bytes == 2 * 2 * 8);
  CHECK(error_of([&] { penalty.add(one, one); }) ==
        "QuadraticPenalty: importance and anchor must both be [rows, parameters], as the [1, 2] "
        "before, but are [1, 1] and [1, 1]");
  CHECK(error_of([&] { penalty.pull(rows_of(1, {0}), one, one, gradient); }) ==
        "QuadraticPenalty: expected parameters and gradient [1, 2] and a strength a row, got [1, "
        "1], [1, 2] and [1, 1]");
}

TEST_CASE("snapshot: the model as it was, for the active rows") {
  const Seeds seeds = {4, 5, 6};
  Problem problem = problem_of(seeds, Scenario::class_, 3, 2, {.width = 4, .depth = 1});
  Snapshot snapshot;
  snapshot.begin(problem);
  Run run(seeds);
  const Tensor x = Streams({5, 6}, "test.x").normal({7, 3});
  const Batch batch = batch_of(x, at::zeros({2, 7}, at::kLong), 2, 3, {1, 2});
  CHECK(error_of([&] { snapshot.logits(batch, run); }) ==
        "Snapshot::logits: no model was taken yet: ask empty() first");
  Model model = problem.start;
  model.theta_KP = model.theta_KP.clone();
  const Tensor expected = predict_logits(select_rows(model, {1, 2}), Dataset::own(x));
  snapshot.take(model);
  model.theta_KP.zero_();
  const Tensor logits = snapshot.logits(batch, run);
  CHECK(largest_difference(logits, expected) < 1e-14);
  CHECK_FALSE(logits.requires_grad());
  CHECK(run.costs(0).forward_samples == 0);
  CHECK(run.costs(2).forward_samples == 7);
  CHECK(run.costs(2).flops == Approx(7 * problem.start.network->forward_flops()));
  Bytes bytes;
  snapshot.state(bytes);
  CHECK(bytes.bytes == static_cast<std::int64_t>(model.theta_KP.nbytes()));
}

TEST_CASE("class statistics: after any split they are those of all samples together") {
  const Seeds seeds = {1, 2};
  const Tensor x = Streams(seeds, "test.x").normal({30, 4});
  const Tensor label =
      at::arange(30, at::kLong).remainder(7).clamp_max(3).unsqueeze(0).repeat({2, 1});
  ClassStatistics statistics(/*covariance=*/true);
  statistics.begin(x, 2, 5, 4);
  const Tensor rows = at::arange(2, at::kLong);
  for (std::int64_t from = 0; from < 30; from += 8) {
    const std::int64_t to = std::min<std::int64_t>(from + 8, 30);
    Tensor weight = at::ones({2, to - from}, at::kDouble);
    if (from == 8) weight[1][0] = 0;  // sample 8 of the second row is padding
    statistics.add(rows, x.slice(1, from, to), label.slice(1, from, to), weight);
  }
  for (std::int64_t row = 0; row < 2; ++row) {
    Tensor scatter = at::zeros({4, 4}, at::kDouble);
    double all = 0;
    for (std::int64_t c = 0; c < 4; ++c) {
      Tensor member = label[row].eq(c);
      if (row == 1) member[8] = false;
      const Tensor mine = x[row].index({member});
      all += static_cast<double>(mine.size(0));
      CHECK(statistics.count_KC()[row][c].item<double>() == static_cast<double>(mine.size(0)));
      CHECK(largest_difference(statistics.mean_KCD()[row][c], mine.mean(0)) < 1e-14);
      const Tensor apart = mine - mine.mean(0);
      scatter += apart.t().mm(apart);
    }
    CHECK(largest_difference(statistics.covariance_KDD()[row], scatter / all) < 1e-13);
    CHECK(statistics.count_KC()[row][4].item<double>() == 0);
  }
  Bytes bytes;
  statistics.state(bytes);
  CHECK(bytes.bytes == 8 * 2 * (5 + 5 * 4 + 4 * 4));
}

TEST_CASE("class statistics: a row that is left out stays as it is") {
  ClassStatistics statistics(/*covariance=*/true);
  statistics.begin(at::zeros({1}, at::kDouble), 2, 2, 1);
  statistics.add(integers({1}, {1}), numbers({1, 3}, {1, 2, 1}), integers({0, 0}, {1, 2}),
                 at::ones({1, 2}, at::kDouble));
  CHECK(statistics.mean_KCD().equal(numbers({0, 0, 2, 0}, {2, 2, 1})));
  CHECK(statistics.covariance_KDD().equal(numbers({0, 1}, {2, 1, 1})));
}

TEST_CASE("class statistics: scores by hand") {
  // Class 0: 0 and 2, class 1: 5 and 7; covariance 1 (every sample is 1 from its mean).
  ClassStatistics statistics(/*covariance=*/true);
  statistics.begin(at::zeros({1}, at::kDouble), 1, 3, 1);
  statistics.add(integers({0}, {1}), numbers({0, 2, 5, 7}, {1, 4, 1}),
                 integers({0, 0, 1, 1}, {1, 4}), at::ones({1, 4}, at::kDouble));
  const Tensor x = numbers({3, 4}, {1, 2, 1});
  const Tensor near = statistics.nearest_mean(x);
  CHECK(largest_difference(near.slice(2, 0, 2), numbers({-4, -9, -9, -4}, {1, 2, 2})) < 1e-12);
  CHECK(near.argmax(2).equal(integers({0, 1}, {1, 2})));  // the class without samples never wins
  // Shrinkage .5 keeps the covariance at 1: x mean - mean^2 / 2.
  CHECK(largest_difference(statistics.linear_discriminant(x, 0.5).slice(2, 0, 2),
                           numbers({3 - .5, 18 - 18, 4 - .5, 24 - 18}, {1, 2, 2})) < 1e-12);
  // More samples change the answer: class 0's mean becomes 3, the scatter 1 + 1 + ... = 28 over 7.
  statistics.add(integers({0}, {1}), numbers({3, 3, 7}, {1, 3, 1}), integers({0, 0, 0}, {1, 3}),
                 at::ones({1, 3}, at::kDouble));
  CHECK(largest_difference(statistics.covariance_KDD(), numbers({28.0 / 7}, {1, 1, 1})) < 1e-12);
  // Variance 4, shrunk by half towards 1: 2.5.
  CHECK(largest_difference(statistics.linear_discriminant(x, 0.5).select(2, 0),
                           numbers({(9 - 4.5) / 2.5, (12 - 4.5) / 2.5}, {1, 2})) < 1e-12);
  ClassStatistics means(/*covariance=*/false);
  means.begin(at::zeros({1}, at::kDouble), 1, 3, 1);
  CHECK(error_of([&] { means.linear_discriminant(x, 0.5); }) ==
        "ClassStatistics: made without a covariance");
}

TEST_CASE(
    "class statistics: the discriminant is that of the inverse, and features are the network's") {
  const Seeds seeds = {1, 2};
  Problem problem = problem_of(seeds, Scenario::class_, 6, 3, {.width = 4, .depth = 1});
  const Tensor x = Streams(seeds, "test.x").normal({20, 6});
  const Tensor features = features_of("network", problem.start, x);
  const ParameterView view(problem.start.network->layout(), problem.start.theta_KP);
  const Tensor hidden = (x.bmm(view[0]) + view[1].unsqueeze(1)).relu();
  CHECK(largest_difference(features, hidden) < 1e-12);
  CHECK(features_of("pixels", problem.start, x.view({2, 20, 2, 3})).equal(x));
  ClassStatistics statistics(/*covariance=*/true);
  statistics.begin(x, 2, 3, 4);
  const Tensor label = at::arange(20, at::kLong).remainder(3).unsqueeze(0).repeat({2, 1});
  statistics.add(at::arange(2, at::kLong), features, label, at::ones({2, 20}, at::kDouble));
  const Tensor scores = statistics.linear_discriminant(features, 0.1);
  for (std::int64_t row = 0; row < 2; ++row) {
    const Tensor inverse =
        at::linalg_inv(statistics.covariance_KDD()[row] * 0.9 + 0.1 * at::eye(4, at::kDouble));
    for (std::int64_t c = 0; c < 3; ++c) {
      const Tensor mean = statistics.mean_KCD()[row][c];
      const Tensor expected = features[row].mv(inverse.mv(mean)) - mean.dot(inverse.mv(mean)) / 2;
      CHECK(largest_difference(scores[row].select(1, c), expected) < 1e-10);
    }
  }
}

}  // namespace assay::continual::test
