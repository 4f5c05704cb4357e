#include "support.h"

#include <assay/likelihood.h>

#include <torch/csrc/autograd/autograd.h>
#include <cmath>
#include <functional>

using namespace assay;
using namespace assay::testing;

namespace {

constexpr Likelihood categorical = Likelihood::categorical, bernoulli = Likelihood::bernoulli,
                     gaussian = Likelihood::gaussian;

void check_gradient(const std::function<Tensor(const Tensor&)>& value, const Tensor& at) {
  const Tensor x = at.clone().requires_grad_(true);
  const Tensor gradient = torch::autograd::grad({value(x).sum()}, {x})[0].contiguous();
  const double h = 1e-6;
  for (std::int64_t i = 0; i < at.numel(); ++i) {
    Tensor above = at.clone(), below = at.clone();
    above.view(-1)[i].add_(h);
    below.view(-1)[i].sub_(h);
    const double numeric = (value(above).sum() - value(below).sum()).item<double>() / (2 * h);
    CHECK(gradient.view(-1)[i].item<double>() == Approx(numeric).epsilon(1e-6).margin(1e-9));
  }
}

}  // namespace

TEST_CASE("log-likelihoods by hand") {
  // Probabilities (1/4, 3/4), labels 1 and -1 (padding).
  const Tensor logits = doubles({0, std::log(3.0), 5, 6}, {1, 2, 2});
  CHECK(largest_difference(log_likelihood(categorical, logits, longs({1, -1}, {1, 2})),
                           doubles({std::log(.75), 0}, {1, 2})) < 1e-15);
  // sigmoid(ln 4) = .8: labels 1 and 0.
  const Tensor one = doubles({std::log(4.0), std::log(4.0)}, {1, 2, 1});
  CHECK(largest_difference(log_likelihood(bernoulli, one, longs({1, 0}, {1, 2})),
                           doubles({std::log(.8), std::log(.2)}, {1, 2})) < 1e-15);
  CHECK(log_likelihood(bernoulli, doubles({-800}, {1, 1, 1}), longs({1}, {1, 1})).item<double>() ==
        -800);
  // -(3 - 1)^2 / 2 and -(.5)^2 / 2.
  CHECK(largest_difference(
            log_likelihood(gaussian, doubles({3, 0}, {1, 2, 1}), doubles({1, .5}, {1, 2})),
            doubles({-2, -.125}, {1, 2})) < 1e-15);
}

TEST_CASE("divergences by hand: zero of equals, otherwise not symmetric") {
  // p = (1/4, 3/4), q = (1/2, 1/2).
  const double p_q = .25 * std::log(.5) + .75 * std::log(1.5);
  const double q_p = .5 * std::log(2.0) + .5 * std::log(2.0 / 3);
  const Tensor p = doubles({0, std::log(3.0)}, {1, 1, 2}), q = doubles({7, 7}, {1, 1, 2});
  CHECK(kl_divergence(categorical, p, q).item<double>() == Approx(p_q));
  CHECK(kl_divergence(categorical, q, p).item<double>() == Approx(q_p));
  const Tensor one = doubles({std::log(3.0)}, {1, 1, 1}), zero = doubles({0}, {1, 1, 1});
  CHECK(kl_divergence(bernoulli, one, zero).item<double>() == Approx(p_q));
  CHECK(kl_divergence(bernoulli, zero, one).item<double>() == Approx(q_p));
  // Normals of variance 1: half the squared distance.
  CHECK(kl_divergence(gaussian, doubles({3}, {1, 1, 1}), doubles({1}, {1, 1, 1})).item<double>() ==
        Approx(2));
  const Streams streams({1, 2}, "likelihood");
  const Tensor z = streams.normal({3, 4});
  CHECK(kl_divergence(categorical, z, z).abs().max().item<double>() < 1e-15);
  // Certain of the other label: as large as the logits, and finite.
  CHECK(kl_divergence(bernoulli, doubles({900}, {1, 1, 1}), doubles({-900}, {1, 1, 1}))
            .item<double>() == Approx(900));
}

TEST_CASE("likelihoods and divergences have the slopes of their values") {
  const Streams streams({1, 2}, "likelihood");
  const Tensor z_KBC = streams.normal({3, 4}), other_KBC = streams.normal({3, 4}, 1);
  const Tensor z_KB1 = streams.normal({3, 1}, 2), other_KB1 = streams.normal({3, 1}, 3);
  const Tensor label_KB = longs({0, 3, -1, 2, 1, 0}, {2, 3}), bit_KB = streams.coin({3});
  const Tensor number_KB = streams.normal({3}, 4);
  check_gradient([&](const Tensor& x) { return log_likelihood(categorical, x, label_KB); }, z_KBC);
  check_gradient([&](const Tensor& x) { return log_likelihood(bernoulli, x, bit_KB); }, z_KB1);
  check_gradient([&](const Tensor& x) { return log_likelihood(gaussian, x, number_KB); }, z_KB1);
  for (const bool first : {true, false}) {
    const auto divergence = [&](Likelihood kind, const Tensor& other) {
      return [=](const Tensor& x) {
        return first ? kl_divergence(kind, x, other) : kl_divergence(kind, other, x);
      };
    };
    check_gradient(divergence(categorical, other_KBC), z_KBC);
    check_gradient(divergence(bernoulli, other_KB1), z_KB1);
    check_gradient(divergence(gaussian, other_KB1), z_KB1);
  }
}

TEST_CASE("what is right") {
  const Tensor logits = doubles({0, 2, 1, 3, 1, 2}, {1, 2, 3});
  CHECK(is_correct(categorical, logits, longs({1, 2}, {1, 2})).equal(doubles({1, 0}, {1, 2})));
  const Tensor one = doubles({2, -1, -3}, {1, 3, 1});
  CHECK(is_correct(bernoulli, one, longs({1, 1, 0}, {1, 3})).equal(doubles({1, 0, 1}, {1, 3})));
  CHECK(error_of([&] { is_correct(gaussian, one, doubles({2, 1, 0}, {1, 3})); }) ==
        "is_correct: a number predicted is never simply right");
}

TEST_CASE("restricted outputs have no probability elsewhere, and no slope") {
  // Of the logits (ln 3, 9, 0) the second is not allowed: probabilities 3/4, 0, 1/4.
  const Tensor logits = doubles({std::log(3.0), 9, 0}, {1, 1, 3}).requires_grad_(true);
  const Tensor allowed = longs({1, 0, 1}, {1, 1, 3}).to(at::kBool);
  const Tensor p = restricted(logits, allowed).softmax(2);
  CHECK(largest_difference(p.detach(), doubles({.75, 0, .25}, {1, 1, 3})) < 1e-15);
  const Tensor loss = log_likelihood(categorical, restricted(logits, allowed), longs({0}, {1, 1}));
  const Tensor slope = torch::autograd::grad({loss.sum()}, {logits})[0];
  CHECK(largest_difference(slope, doubles({.25, 0, -.25}, {1, 1, 3})) < 1e-15);
}

TEST_CASE("likelihoods name the shapes that do not fit") {
  CHECK(
      error_of([] {
        log_likelihood(Likelihood::categorical, at::zeros({2, 3, 1}), at::zeros({2, 3}));
      }) ==
      "log_likelihood: expected logits [rows, batch, classes] and labels [rows, batch], got [2, 3, "
      "1] and [2, 3]");
  CHECK(error_of(
            [] { is_correct(Likelihood::bernoulli, at::zeros({2, 3, 2}), at::zeros({2, 3})); }) ==
        "is_correct: expected logits [rows, batch, 1] and labels [rows, batch], got [2, 3, 2] and "
        "[2, 3]");
  CHECK(error_of([] {
          kl_divergence(Likelihood::categorical, at::zeros({2, 3, 2}), at::zeros({2, 4, 2}));
        }) ==
        "kl_divergence: expected two logits [rows, batch, outputs], got [2, 3, 2] and [2, 4, 2]");
}

TEST_CASE("likelihood of answers of tokens by hand: sums, lengths, shares, masks") {
  constexpr Likelihood sequence = Likelihood::sequence;
  // Three positions, two symbols: (1/4, 3/4), (1/2, 1/2), (4/5, 1/5); the first is a question's.
  const Tensor one = doubles({0, std::log(3.0), 0, 0, std::log(4.0), 0}, {1, 1, 3, 2});
  const Tensor logits = one.repeat({1, 2, 1, 1});
  const Tensor label = longs({-1, 1, 0, 1, 0, -1}, {1, 2, 3});
  CHECK(largest_difference(log_likelihood(sequence, logits, label),
                           doubles({std::log(.5 * .8), std::log(.75 * .5)}, {1, 2})) < 1e-15);
  CHECK(label_lengths(sequence, label).equal(longs({2, 2}, {1, 2})));
  // Of equals the first symbol is the likeliest: 0 at the second position.
  CHECK(largest_difference(is_correct(sequence, logits, label), doubles({.5, 1}, {1, 2})) < 1e-15);
  CHECK(is_correct(sequence, logits, longs({-1, -1, -1, -1, -1, -1}, {1, 2, 3}))
            .eq(0)
            .all()
            .item<bool>());

  // KL of (1/4, 3/4) from (1/2, 1/2) at one position; what does not count is zero in both.
  const Tensor flat = at::zeros_like(logits);
  const Tensor counted = counted_logits(sequence, logits, label);
  CHECK(counted.select(2, 0).slice(1, 0, 1).eq(0).all().item<bool>());
  CHECK(counted[0][1][0].equal(logits[0][1][0]));
  const double first = .25 * std::log(.5) + .75 * std::log(1.5);
  const double last = .8 * std::log(1.6) + .2 * std::log(.4);
  CHECK(largest_difference(kl_divergence(sequence, counted, flat), doubles({last, first}, {1, 2})) <
        1e-15);

  check_gradient([&](const Tensor& x) { return log_likelihood(sequence, x, label); }, logits + .3);
  check_gradient([&](const Tensor& x) { return kl_divergence(sequence, counted, x); }, logits + .3);
  // A class is an answer of one token.
  const Tensor classes = doubles({.3, -1, 2}, {1, 1, 3}), chosen = longs({2}, {1, 1});
  CHECK(largest_difference(log_likelihood(sequence, classes.unsqueeze(2), chosen.unsqueeze(2)),
                           log_likelihood(categorical, classes, chosen)) < 1e-15);
  CHECK(label_lengths(categorical, chosen).equal(longs({1}, {1, 1})));
}

TEST_CASE("likelihood of answers: what does not count has no slope, whatever stands there") {
  Tensor logits = at::full({1, 1, 2, 2}, NAN, at::kDouble);
  logits.select(2, 1).fill_(1);
  const Tensor label = longs({-1, 1}, {1, 1, 2});
  const Tensor x = logits.clone().requires_grad_(true);
  const Tensor value =
      log_likelihood(Likelihood::sequence, counted_logits(Likelihood::sequence, x, label), label);
  CHECK(value.item<double>() == Approx(std::log(.5)));
  const Tensor slope = torch::autograd::grad({value.sum()}, {x})[0];
  CHECK(largest_difference(slope, doubles({0, 0, -.5, .5}, {1, 1, 2, 2})) < 1e-15);
}

TEST_CASE("likelihood of answers: shapes that do not fit, and strange tokens, are named") {
  const Tensor logits = at::zeros({2, 3, 4, 5}, at::kDouble);
  const auto message = [&](const Tensor& label) {
    return error_of([&] { log_likelihood(Likelihood::sequence, logits, label); });
  };
  CHECK(message(longs({0, 0}, {2, 1})) ==
        "log_likelihood: expected logits [rows, batch, tokens, symbols] and labels [rows, batch, "
        "tokens], got [2, 3, 4, 5] and [2, 1]");
  CHECK(message(at::full({2, 3, 4}, 5, at::kLong)) ==
        "token_log_probabilities: there is a token 5, but the logits are for 5 symbols");
}
