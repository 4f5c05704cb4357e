#include "support.h"

#include <cmath>
#include <functional>
#include <torch/csrc/autograd/autograd.h>

using namespace assay;
using namespace assay::testing;

namespace {

void check_gradient(const std::function<Tensor(const Tensor&)>& loss, const Tensor& at) {
  const Tensor x = at.clone().requires_grad_(true);
  const Tensor gradient = torch::autograd::grad({loss(x).sum()}, {x})[0];
  const double h = 1e-6;
  for (std::int64_t i = 0; i < at.numel(); ++i) {
    Tensor above = at.clone(), below = at.clone();
    above.view(-1)[i].add_(h);
    below.view(-1)[i].sub_(h);
    const double numeric = (loss(above).sum() - loss(below).sum()).item<double>() / (2 * h);
    CHECK(gradient.reshape(-1)[i].item<double>() == Approx(numeric).epsilon(1e-6).margin(1e-9));
  }
}

}  // namespace

TEST_CASE("cross entropy of soft targets") {
  // Logits (0, ln 3): probabilities 1/4, 3/4. Target (.5, .5): -(ln 1/4 + ln 3/4) / 2.
  const Tensor logits = doubles({0, std::log(3.0)}, {1, 1, 2});
  CHECK(cross_entropy(logits, doubles({0.5, 0.5}, {1, 1, 2})).item<double>() ==
        Approx(-(std::log(0.25) + std::log(0.75)) / 2));
  CHECK(cross_entropy(logits, doubles({1, 0}, {1, 1, 2})).item<double>() == Approx(std::log(4.0)));
  // Large logits neither overflow nor lose the small difference.
  CHECK(cross_entropy(doubles({1e4, 1e4}, {1, 1, 2}), doubles({1, 0}, {1, 1, 2})).item<double>() ==
        Approx(std::log(2.0)));
  const Streams streams({1, 2}, "loss");
  const Tensor target = at::softmax(streams.normal({3, 4}, 1), -1);
  check_gradient([&](const Tensor& x) { return cross_entropy(x, target); }, streams.normal({3, 4}));
}

TEST_CASE("binary cross entropy is the mean over outputs") {
  // sigmoid(ln 3) = 3/4, sigmoid(0) = 1/2: targets 1 and 0 cost -ln 3/4 and ln 2.
  const Tensor loss = sigmoid_cross_entropy(doubles({std::log(3.0), 0}, {1, 1, 2}),
                                           doubles({1, 0}, {1, 1, 2}));
  CHECK(loss.sizes() == at::IntArrayRef({1, 1}));
  CHECK(loss.item<double>() == Approx((-std::log(0.75) + std::log(2.0)) / 2));
  CHECK(sigmoid_cross_entropy(doubles({-1e4}, {1, 1, 1}), doubles({1}, {1, 1, 1})).item<double>() ==
        Approx(1e4));
  const Streams streams({1, 2}, "loss");
  const Tensor target = streams.uniform({3, 4}, 1);
  check_gradient([&](const Tensor& x) { return sigmoid_cross_entropy(x, target); },
                 streams.normal({3, 4}));
}

TEST_CASE("hard labels become targets") {
  const Tensor target = one_hot(longs({2, 0, -1, 1}, {2, 2}), 3, at::zeros({1}, at::kDouble));
  CHECK(target.equal(doubles({0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0}, {2, 2, 3})));
}

TEST_CASE("losses name the shapes that do not fit") {
  CHECK(error_of([] { cross_entropy(at::zeros({2, 3, 4}), at::zeros({2, 3})); }) ==
        "cross_entropy: logits and targets must both be [rows, batch, classes], but are [2, 3, 4] and "
        "[2, 3]");
  CHECK(error_of([] { sigmoid_cross_entropy(at::zeros({2, 3}), at::zeros({2, 3})); }) ==
        "sigmoid_cross_entropy: logits and targets must both be [rows, batch, classes], but are [2, 3] "
        "and [2, 3]");
}
