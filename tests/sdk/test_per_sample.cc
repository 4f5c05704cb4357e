#include "support.h"

#include <assay/per_sample.h>

#include <torch/csrc/autograd/autograd.h>
#include <limits>

using namespace assay;
using namespace assay::testing;

namespace {

// The gradient of one sample's cross entropy, by autograd.
Tensor one_gradient(const Model& model, std::int64_t row, const Tensor& x_F,
                    const Tensor& target_C) {
  const Tensor leaf = model.theta_KP[row].unsqueeze(0).detach().requires_grad_(true);
  const Tensor logits =
      model.network
          ->forward(ParameterView(model.network->layout(), leaf), x_F.unsqueeze(0).unsqueeze(0), {})
          .logits_KBC;
  const Tensor loss = -(target_C * at::log_softmax(logits[0][0], 0)).sum();
  return torch::autograd::grad({loss}, {leaf})[0][0];
}

const NetworkSpec specs[] = {{.width = 6, .depth = 2}, {.depth = 0}, {.arch = "cnn", .width = 2}};

}  // namespace

TEST_CASE("per-sample gradients are those of each sample alone") {
  for (const NetworkSpec& spec : specs) {
    CAPTURE(spec.arch, spec.depth);
    const Cohort cohort(spec, {36}, 4, {7}, at::kDouble);
    const Tensor gradient_BP = per_sample_gradients(
        *cohort.model.network, cohort.model.theta_KP[0], cohort.x[0], [&](const Tensor& logits) {
          return cross_entropy(logits, cohort.target[0].unsqueeze(1)).sum(1);
        });
    REQUIRE(gradient_BP.sizes() == at::IntArrayRef({7, cohort.model.theta_KP.size(1)}));
    for (std::int64_t b = 0; b < 7; ++b) {
      CHECK(largest_difference(gradient_BP[b], one_gradient(cohort.model, 0, cohort.x[0][b],
                                                            cohort.target[0][b])) < 1e-12);
    }
  }
}

TEST_CASE("sums of squared gradients agree with the samples' gradients") {
  for (const NetworkSpec& spec : specs) {
    CAPTURE(spec.arch, spec.depth);
    const Cohort cohort(spec, {36}, 4, {9, 9}, at::kDouble);
    const Tensor logits = predict_logits(cohort.model, cohort.data());
    const Tensor dlogits = at::softmax(logits, 2) - cohort.target;
    const Tensor sum_KP = sum_of_squared_gradients(cohort.model, cohort.x, dlogits);
    for (std::int64_t row = 0; row < 2; ++row) {
      Tensor expected = at::zeros_like(sum_KP[row]);
      for (std::int64_t b = 0; b < 9; ++b) {
        expected +=
            one_gradient(cohort.model, row, cohort.x[row][b], cohort.target[row][b]).square();
      }
      CHECK(largest_difference(sum_KP[row], expected) < 1e-12);
    }
  }
}

TEST_CASE("the Fisher information of a logistic regression is worked by hand") {
  // Two classes, one input x, logits (0, 0) + b: p = (1/2, 1/2). d log p_1 / d w = x (-1/2, 1/2)
  // for the likeliest or any label, so every kind gives x^2 / 4 for the weights and 1/4 for the
  // biases.
  Model model{make_network({.depth = 0}, {1}, 2), at::zeros({1, 4}, at::kDouble)};
  const Dataset data = Dataset::own(doubles({1, 3}, {1, 2, 1}));
  const Tensor expected = doubles({1.25, 1.25, .25, .25}, {1, 4});  // mean of 1/4 and 9/4
  for (const FisherLabel kind :
       {FisherLabel::expected, FisherLabel::sampled, FisherLabel::likeliest, FisherLabel::given}) {
    Run run({3});
    CHECK(largest_difference(diagonal_fisher(model, data, kind, run, longs({0, 1}, {1, 2})),
                             expected) < 1e-12);
  }
  // p = (.8, .2): the expected square of (p - y) is p (1 - p) = .16; with the label 0 it is .04,
  // with 1 .64.
  model.theta_KP = doubles({0, 0, std::log(4.0), 0}, {1, 4});
  Run run({3});
  CHECK(largest_difference(diagonal_fisher(model, data, FisherLabel::expected, run),
                           doubles({.8, .8, .16, .16}, {1, 4})) < 1e-12);
  CHECK(largest_difference(diagonal_fisher(model, data, FisherLabel::likeliest, run),
                           doubles({.2, .2, .04, .04}, {1, 4})) < 1e-12);
  CHECK(largest_difference(
            diagonal_fisher(model, data, FisherLabel::given, run, longs({1, 1}, {1, 2})),
            doubles({3.2, 3.2, .64, .64}, {1, 4})) < 1e-12);
  CHECK(run.costs(0).gradient_samples == 2 * 2 + 2 + 2);
}

TEST_CASE("the Fisher information of rows of different lengths is that of each alone") {
  const Cohort cohort({.width = 5, .depth = 1}, {3}, 3, {40, 17}, at::kDouble);
  for (const FisherLabel kind :
       {FisherLabel::expected, FisherLabel::sampled, FisherLabel::likeliest}) {
    Run run(cohort.seeds);
    const Tensor together = diagonal_fisher(cohort.model, cohort.data(), kind, run);
    for (std::int64_t row = 0; row < 2; ++row) {
      const Cohort alone = cohort.rows({row});
      Run own(alone.seeds);
      CHECK(largest_difference(diagonal_fisher(alone.model, alone.data(), kind, own)[0],
                               together[row]) < 1e-14);
    }
  }
  // Many draws have the expectation as their mean.
  Tensor mean = at::zeros_like(cohort.model.theta_KP);
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Run run({seed, seed + 1000});
    mean += diagonal_fisher(cohort.model, cohort.data(), FisherLabel::sampled, run) / 400;
  }
  Run run(cohort.seeds);
  const Tensor expected = diagonal_fisher(cohort.model, cohort.data(), FisherLabel::expected, run);
  CHECK(largest_difference(mean, expected) < 0.1 * expected.max().item<double>());
}

TEST_CASE("what lies past a row's end, and labels below zero, contribute nothing") {
  const Model model{make_network({.depth = 0}, {1}, 2), at::zeros({2, 4}, at::kDouble)};
  Tensor pool = doubles({1, 3}, {2, 1});
  const Dataset data = Dataset::shared(pool, longs({0, 1, 0, -1}, {2, 2}));
  Run run({3, 4});
  const Tensor fisher =
      diagonal_fisher(model, data, FisherLabel::given, run, longs({1, -1, 1, -1}, {2, 2}));
  CHECK(largest_difference(fisher[0], doubles({.125, .125, .125, .125}, {4})) <
        1e-12);  // over two samples
  CHECK(largest_difference(fisher[1], doubles({.25, .25, .25, .25}, {4})) < 1e-12);
  pool[0] = std::numeric_limits<double>::quiet_NaN();
  const Dataset poisoned = Dataset::shared(pool, longs({1, -1, -1, -1}, {2, 2}));
  CHECK(diagonal_fisher(model, poisoned, FisherLabel::expected, run)[1].equal(
      at::zeros({4}, at::kDouble)));
}

TEST_CASE("the same draw is the same, another one is another") {
  const Cohort cohort({.width = 5, .depth = 1}, {3}, 3, {20}, at::kDouble);
  Run run(cohort.seeds);
  const auto fisher = [&](std::int64_t draw) {
    FisherOptions options = FisherLabel::sampled;
    options.draw = draw;
    return diagonal_fisher(cohort.model, cohort.data(), options, run);
  };
  CHECK(fisher(1).equal(fisher(1)));
  CHECK_FALSE(fisher(1).equal(fisher(2)));
}

TEST_CASE("per-sample gradients take one row of a matrix as it lies") {
  const Cohort cohort({.width = 5, .depth = 1}, {3}, 3, {4, 4}, at::kDouble);
  const auto loss = [](const Tensor& logits) { return logits.square().sum({1, 2}); };
  const Tensor theta_PK = cohort.model.theta_KP.t().contiguous();
  CHECK(per_sample_gradients(*cohort.model.network, theta_PK.select(1, 1), cohort.x[0], loss)
            .equal(per_sample_gradients(*cohort.model.network, cohort.model.theta_KP[1],
                                        cohort.x[0], loss)));
}

TEST_CASE("per-sample services say what does not fit") {
  const Cohort cohort({.width = 5, .depth = 1}, {3}, 3, {4}, at::kDouble);
  const Network& network = *cohort.model.network;
  CHECK(error_of([&] {
          per_sample_gradients(network, cohort.model.theta_KP[0], cohort.x[0],
                               [](const Tensor& logits) { return logits.sum(); });
        }) == "per_sample_gradients: the loss must be [4], one value a sample, but is []");
  CHECK(error_of([&] { per_sample_gradients(network, cohort.model.theta_KP, cohort.x[0], {}); }) ==
        "per_sample_gradients: expected parameters [38] and inputs [samples, features...], got [1, "
        "38] and [4, 3]");
  CHECK(error_of([&] { sum_of_squared_gradients(cohort.model, cohort.x, at::zeros({1, 4, 2})); }) ==
        "sum_of_squared_gradients: expected inputs [1 or 1, batch, features...] and derivatives "
        "[1, batch, 3], "
        "got [1, 4, 3] and [1, 4, 2]");
  Run run(cohort.seeds);
  CHECK(error_of([&] {
          diagonal_fisher(cohort.model, cohort.data(), FisherLabel::given, run, longs({1}, {1, 1}));
        }) ==
        "diagonal_fisher: the model has 1 rows, the data set 1, the run 1, and the labels are [1, "
        "1]");
}
