// Metrics of answers of tokens on examples worked by hand.
#include "sdk/families/unlearning/answers.h"
#include "sdk/families/unlearning/klom.h"
#include "sdk/families/unlearning/membership.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>

namespace assay::unlearning::test {
namespace {

Tensor doubles(const std::vector<double>& values, at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).reshape(shape);
}
Tensor longs(const std::vector<std::int64_t>& values, at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong).reshape(shape);
}

// Logits of two symbols by which every position says `said`: [1, N, T, 2].
Tensor saying(const Tensor& said_NT) {
  return at::stack({1 - said_NT, said_NT}, 2).to(at::kDouble).unsqueeze(0);
}

}  // namespace

TEST_CASE("answers: probability is the geometric mean over tokens") {
  // (3/4) and (1/5) at two positions, the question's does not count: sqrt(.15).
  const Tensor logits = doubles({9, 1, 0, std::log(3.0), std::log(4.0), 0}, {1, 1, 3, 2});
  const Tensor label = longs({-1, 1, 1}, {1, 1, 3});
  const auto probability = [&](Likelihood kind, const Tensor& z, const Tensor& y) {
    return answer_probability(kind, z, y).item<double>();
  };
  CHECK(probability(Likelihood::sequence, logits, label) == Approx(std::sqrt(.75 * .2)));
  // A class has one.
  CHECK(probability(Likelihood::categorical, doubles({0, std::log(3.0)}, {1, 1, 2}),
                    longs({1}, {1, 1})) == Approx(.75));
}

TEST_CASE("answers: extraction strength counts the end that is right") {
  // n = 4 behind a question of one. All right: k = 0. Wrong at the second: k = 2. Wrong at the
  // last: k = n. Wrong at the first alone: k = 1. An answer of two with padding, wrong at its
  // first.
  const Tensor label =
      longs({-1, 1, 0, 1, 1, -1, 1, 0, 1, 1, -1, 1, 0, 1, 1, -1, 1, 0, 1, 1, -1, 1, 1, -1, -1},
            {1, 5, 5});
  const Tensor said =
      longs({0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0}, {5, 5});
  const Tensor strength = extraction_strength(saying(said), label);
  CHECK(at::allclose(strength, doubles({1, .5, 0, .75, .5}, {1, 5}), 0, 1e-15));
}

TEST_CASE("answers: truth ratio, indifference, truthfulness and utility by hand") {
  // False .1 and .4: geometric mean .2; true .4 and .1: R = .5 and 2.
  const std::vector<Tensor> wrong = {doubles({.1, .1}, {1, 2}).log(),
                                     doubles({.4, .4}, {1, 2}).log()};
  const Tensor ratio = truth_ratio(wrong, doubles({.4, .1}, {1, 2}).log());
  CHECK(at::allclose(ratio, doubles({.5, 2}, {1, 2})));
  CHECK(at::allclose(indifference(ratio), doubles({.5, .5}, {1, 2})));
  CHECK(at::allclose(truthfulness(ratio), doubles({.5, 0}, {1, 2})));
  // 3 / (1 + 2 + 4); one zero makes all of it zero.
  const Tensor mean =
      harmonic_mean({doubles({1, 1}, {2}), doubles({.5, 0}, {2}), doubles({.25, 1}, {2})});
  CHECK(mean[0].item<double>() == Approx(3.0 / 7));
  CHECK(mean[1].item<double>() == 0);
  // Answers that a model finds impossible have logarithms, where probabilities are zero.
  const Tensor far = truth_ratio({doubles({-2000}, {1, 1})}, doubles({-2001}, {1, 1}));
  CHECK(far.item<double>() == Approx(std::exp(1.0)));
}

TEST_CASE("answers: entropy is a mean over the answer, the margin is the whole answer's") {
  const Tensor logits = doubles({9, 1, 0, 0, std::log(3.0), 0}, {1, 1, 3, 2});
  const Tensor label = longs({-1, 1, 0}, {1, 1, 3});
  const double second = -(.75 * std::log(.75) + .25 * std::log(.25));
  CHECK(answer_entropy(Likelihood::sequence, logits, label).item<double>() ==
        Approx((std::log(2.0) + second) / 2));
  // p = 1/2 3/4: log(3/8) - log(5/8).
  CHECK(margins(Likelihood::sequence, logits, label).item<double>() == Approx(std::log(.6)));
  // Of one token it is the class's margin.
  const Tensor classes = doubles({.3, -1, 2}, {1, 1, 3}), chosen = longs({2}, {1, 1});
  CHECK(margins(Likelihood::sequence, classes.unsqueeze(2), chosen.unsqueeze(2)).item<double>() ==
        Approx(margins(Likelihood::categorical, classes, chosen).item<double>()));
}

}  // namespace assay::unlearning::test
