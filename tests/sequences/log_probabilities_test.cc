// What is said of tokens: against hand-worked values, slow loops and differences.
#include "sdk/support.h"

#include "sdk/internal/kernels/tokens.h"

#include <assay/sequences.h>

#include <hwy/targets.h>
#include <torch/csrc/autograd/autograd.h>
#include <cmath>
#include <functional>
#include <limits>

using namespace assay;
using namespace assay::testing;

namespace {

// log p(next token) by the definition, one number after the other: logits [S, T, V], tokens [S, T].
Tensor slow_log_probabilities(const Tensor& logits, const Tensor& token) {
  Tensor answer = at::zeros({token.size(0), token.size(1) - 1}, at::kDouble);
  for (std::int64_t s = 0; s < token.size(0); ++s) {
    for (std::int64_t t = 0; t + 1 < token.size(1); ++t) {
      double sum = 0;
      for (std::int64_t v = 0; v < logits.size(2); ++v) {
        sum += std::exp(logits[s][t][v].item<double>());
      }
      const auto next = token[s][t + 1].item<std::int64_t>();
      answer[s][t] = logits[s][t][next].item<double>() - std::log(sum);
    }
  }
  return answer;
}

void check_gradient(const std::function<Tensor(const Tensor&)>& value, const Tensor& at) {
  const Tensor x = at.clone().requires_grad_(true);
  // Weights that differ: a derivative must belong to its own entry.
  const auto weighed = [&](const Tensor& y) {
    return (y * at::arange(1, y.numel() + 1, at::kDouble).view(y.sizes())).sum();
  };
  const Tensor gradient = torch::autograd::grad({weighed(value(x))}, {x})[0].contiguous();
  const double h = 1e-6;
  for (std::int64_t i = 0; i < at.numel(); ++i) {
    Tensor above = at.clone(), below = at.clone();
    above.view(-1)[i].add_(h);
    below.view(-1)[i].sub_(h);
    const double numeric = (weighed(value(above)) - weighed(value(below))).item<double>() / (2 * h);
    CHECK(gradient.view(-1)[i].item<double>() == Approx(numeric).epsilon(1e-5).margin(1e-7));
  }
}

Tensor some_logits(at::IntArrayRef shape) {
  return Streams({5}, "test.logits").normal(shape)[0] * 2;
}

Tensor some_tokens(at::IntArrayRef shape, std::int64_t symbols) {
  const Tensor u = Streams({6}, "test.tokens").uniform(shape)[0];
  return (u * static_cast<double>(symbols)).floor().to(at::kLong);
}

const double ln3 = std::log(3.0);

}  // namespace

TEST_CASE("position t speaks of token t + 1") {
  // Position 0: probabilities 1/4, 3/4; position 1: 1/2, 1/2; position 2 is not read.
  const Tensor logits = doubles({0, ln3, 7, 7, 1000, -1000}, {1, 3, 2});
  const Tensor token = longs({0, 1, 0}, {1, 3});
  CHECK(largest_difference(token_log_probabilities(logits, token),
                           doubles({std::log(.75), std::log(.5)}, {1, 2})) < 1e-15);
  // The same tokens as a data set holds them.
  CHECK(token_log_probabilities(logits, token.to(at::kFloat))
            .equal(token_log_probabilities(logits, token)));
  CHECK(largest_difference(token_entropies(logits),
                           doubles({.25 * std::log(4.0) + .75 * std::log(4.0 / 3), std::log(2.0)},
                                   {1, 2})) < 1e-15);
  // p = (1/4, 3/4) against q = (1/2, 1/2), and equals.
  CHECK(largest_difference(token_divergences(logits, doubles({1, 1, 3, 3, 0, 0}, {1, 3, 2})),
                           doubles({.25 * std::log(.5) + .75 * std::log(1.5), 0}, {1, 2})) < 1e-15);
}

TEST_CASE("log-probabilities agree with the definition under any leading axes") {
  const Tensor logits = some_logits({2, 3, 2, 5, 7}), token = some_tokens({2, 3, 2, 5}, 7);
  const Tensor expected =
      slow_log_probabilities(logits.flatten(0, 2), token.flatten(0, 2)).view({2, 3, 2, 4});
  CHECK(largest_difference(token_log_probabilities(logits, token), expected) < 1e-13);
  CHECK(largest_difference(token_log_probabilities(logits.to(at::kFloat), token), expected) < 2e-6);
  CHECK(largest_difference(token_log_probabilities(logits[0][1][0], token[0][1][0]),
                           expected[0][1][0]) < 1e-13);
  // Tokens that all rows share.
  const Tensor shared = token.slice(0, 0, 1);
  CHECK(token_log_probabilities(logits, shared)
            .equal(token_log_probabilities(logits, shared.expand({2, 3, 2, 5}))));
  // Logits that are a view with other strides.
  CHECK(token_log_probabilities(logits.transpose(0, 1), token.transpose(0, 1))
            .equal(token_log_probabilities(logits, token).transpose(0, 1)));
  CHECK(token_log_probabilities(at::zeros({2, 1, 3}), at::zeros({2, 1}, at::kLong)).sizes() ==
        at::IntArrayRef({2, 0}));
  CHECK(token_log_probabilities(at::zeros({0, 4, 3}), at::zeros({0, 4}, at::kLong)).sizes() ==
        at::IntArrayRef({0, 3}));
}

TEST_CASE("what a mask leaves out is zero and has no slope, whatever stands there") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  // Response: tokens 2 and 3; token 1 is the prompt's, token 4 padding. -1, 99: whatever.
  const Tensor token = longs({0, 99, 1, 0, -1}, {1, 5});
  const Tensor mask = doubles({1, 0, 1, 1, 0}, {1, 5});
  Tensor logits = doubles({nan, 1, 0, ln3, 7, 7, infinity, 0, nan, nan}, {1, 5, 2});
  const Tensor expected = doubles({0, std::log(.75), std::log(.5), 0}, {1, 4});
  logits.requires_grad_(true);
  const Tensor log_p = token_log_probabilities(logits, token, mask);
  CHECK(largest_difference(log_p.detach(), expected) < 1e-15);
  const Tensor slope = torch::autograd::grad({log_p.sum()}, {logits})[0];
  CHECK(largest_difference(slope, doubles({0, 0, -.25, .25, .5, -.5, 0, 0, 0, 0}, {1, 5, 2})) <
        1e-15);
  CHECK(sequence_sums(log_p.detach(), mask).item<double>() == Approx(std::log(.375)));
  CHECK(sequence_means(log_p.detach(), mask).item<double>() == Approx(std::log(.375) / 2));
  CHECK(sequence_lengths(mask).equal(doubles({2}, {1})));
  // The first token's entry is not read, and bool masks do as well.
  CHECK(sequence_lengths(longs({0, 0, 1, 1, 0}, {1, 5}).to(at::kBool)).equal(at::full({1}, 2.0f)));
  const Tensor entropy = token_entropies(logits, mask);
  CHECK(largest_difference(
            entropy.detach(),
            doubles({0, .25 * std::log(4.0) + .75 * std::log(4.0 / 3), std::log(2.0), 0}, {1, 4})) <
        1e-15);
  CHECK(torch::autograd::grad({entropy.sum()}, {logits})[0].isfinite().all().item<bool>());
  const Tensor kl = token_divergences(logits, logits.detach(), mask);
  CHECK(kl.detach().equal(at::zeros({1, 4}, at::kDouble)));
  CHECK(torch::autograd::grad({kl.sum()}, {logits})[0].abs().max().item<double>() < 1e-15);
}

TEST_CASE("a sequence in which nothing counts has the sum, the mean and the length 0") {
  const Tensor value = doubles({1, 2, 3, std::nan(""), 5, -1.0 / 0.0}, {2, 3});
  const Tensor mask = doubles({1, 1, 1, 1, 1, 0, 0, 0}, {2, 4});
  CHECK(sequence_sums(value, mask).equal(doubles({6, 0}, {2})));
  CHECK(sequence_means(value, mask).equal(doubles({2, 0}, {2})));
  CHECK(sequence_lengths(mask).equal(doubles({3, 0}, {2})));
  const Tensor x = value.clone().requires_grad_(true);
  CHECK(torch::autograd::grad({sequence_means(x, mask).sum()}, {x})[0].equal(
      doubles({1.0 / 3, 1.0 / 3, 1.0 / 3, 0, 0, 0}, {2, 3})));
  // A mask that the rows of a cohort share.
  CHECK(sequence_sums(at::ones({3, 2, 3}), mask.unsqueeze(0)).sizes() == at::IntArrayRef({3, 2}));
}

TEST_CASE("what is said of tokens has the slopes of its values") {
  const Tensor logits = some_logits({2, 4, 5}), other = some_logits({2, 4, 5}).flip(0);
  const Tensor token = some_tokens({2, 4}, 5), mask = longs({1, 1, 1, 1, 1, 0, 1, 1}, {2, 4});
  check_gradient([&](const Tensor& x) { return token_log_probabilities(x, token, mask); }, logits);
  check_gradient([&](const Tensor& x) { return token_entropies(x, mask); }, logits);
  check_gradient([&](const Tensor& x) { return token_divergences(x, other, mask); }, logits);
  check_gradient([&](const Tensor& x) { return token_divergences(other, x, mask); }, logits);
  // The slope's own slope.
  const auto slope = [&](const Tensor& x) {
    const Tensor leaf = x.requires_grad() ? x : x.clone().requires_grad_(true);
    const Tensor value = token_log_probabilities(leaf, token, mask).square().sum();
    return torch::autograd::grad({value}, {leaf}, {}, /*retain_graph=*/true,
                                 /*create_graph=*/true)[0];
  };
  check_gradient(slope, logits);
}

TEST_CASE("the token kernels agree with plain operations, on every instruction set there is") {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const std::int64_t symbols : {1, 2, 7, 8, 16, 17, 32, 61}) {
      CAPTURE(target, symbols);
      const Tensor logits = some_logits({3, 67, symbols}).mul(4);
      const Tensor token = some_tokens({3, 67}, symbols);
      const Tensor next = token.slice(1, 1).unsqueeze(-1);
      for (const auto type : {at::kDouble, at::kFloat}) {
        const double tolerance = type == at::kDouble ? 1e-13 : 1e-5;
        const Tensor x = logits.to(type).requires_grad_(true),
                     plain = logits.clone().requires_grad_(true);
        const Tensor ours = token_log_probabilities(x, token);
        const Tensor theirs = plain.log_softmax(-1).slice(1, 0, 66).gather(2, next).squeeze(-1);
        CHECK(largest_difference(ours.detach(), theirs.detach()) < tolerance * 20);
        const Tensor weight = some_logits({3, 66});
        const Tensor slope = torch::autograd::grad({ours}, {x}, {weight.to(type)})[0];
        const Tensor expected = torch::autograd::grad({theirs}, {plain}, {weight})[0];
        CHECK(largest_difference(slope, expected) < tolerance);
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("logits that are not finite give no number, and are not hidden") {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    for (std::int64_t place = 0; place < 10; ++place) {
      for (const auto type : {at::kDouble, at::kFloat}) {
        CAPTURE(bad, place);
        Tensor logits = at::zeros({2, 10}, type);
        logits[0][place] = bad;
        logits.requires_grad_(true);
        const Tensor log_p = token_log_probabilities(logits, longs({0, 3}, {2}));
        CHECK(std::isnan(log_p.item<double>()));
        const Tensor slope = torch::autograd::grad({log_p.sum()}, {logits})[0];
        CHECK(slope[0].isnan().all().item<bool>());
        CHECK(slope[1].eq(0).all().item<bool>());
        // The plain path agrees.
        const Tensor half = logits.detach().to(at::kBFloat16);
        CHECK(std::isnan(token_log_probabilities(half, longs({0, 3}, {2})).item<double>()));
      }
    }
  }
}

TEST_CASE("sequences name what does not fit") {
  const Tensor logits = at::zeros({2, 3, 4}), token = at::zeros({2, 3}, at::kLong);
  CHECK(error_of([&] { token_log_probabilities(logits, at::zeros({2, 4})); }) ==
        "token_log_probabilities: expected logits [..., T, V] and tokens and mask [..., T], got "
        "[2, 3, 4], [2, 4] and no mask");
  CHECK(error_of([&] { token_log_probabilities(logits, token, at::zeros({2, 2})); }) ==
        "token_log_probabilities: expected logits [..., T, V] and tokens and mask [..., T], got "
        "[2, 3, 4], [2, 3] and [2, 2]");
  CHECK(error_of([&] { token_log_probabilities(logits, token + 4); }) ==
        "token_log_probabilities: there is a token 4, but the logits are for 4 symbols");
  for (const double bad : {1.5, std::nan("")}) {
    std::ostringstream text;
    text << "token_log_probabilities: there is a token " << bad
         << ", but the logits are for 4 symbols";
    const Tensor tokens = at::full({2, 3}, bad);
    CHECK(error_of([&] { token_log_probabilities(logits, tokens); }) == text.str());
    // Where nothing counts, nothing is looked at.
    CHECK(token_log_probabilities(logits, tokens, at::zeros({2, 3})).eq(0).all().item<bool>());
  }
  CHECK(
      error_of([&] { token_entropies(logits, at::zeros({2, 4})); }) ==
      "token_entropies: expected logits [..., T, V] and a mask [..., T], got [2, 3, 4] and [2, 4]");
  CHECK(error_of([&] { token_entropies(at::zeros({4})); }) ==
        "token_entropies: expected logits [..., T, V], got [4]");
  CHECK(error_of([&] { token_divergences(logits, at::zeros({2, 3, 5})); }) ==
        "token_divergences: expected two logits [..., T, V], got [2, 3, 4] and [2, 3, 5]");
  CHECK(error_of([&] { sequence_sums(at::zeros({2, 3}), at::zeros({2, 3})); }) ==
        "sequence_sums: expected one value for each token but the first, [..., T-1], and a mask "
        "[..., T], got [2, 3] and [2, 3]");
  CHECK(error_of([&] { sequence_means(at::zeros({2, 3}), at::zeros({3, 4})); }) ==
        "sequence_means: expected one value for each token but the first, [..., T-1], and a mask "
        "[..., T], got [2, 3] and [3, 4]");
  CHECK(error_of([&] { sequence_lengths(at::zeros({2, 0})); }) ==
        "sequence_lengths: expected a mask [..., T], got [2, 0]");
}
