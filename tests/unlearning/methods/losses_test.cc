// Losses of single samples: values by hand, at the reference point, slopes.
#include "support.h"

#include <assay/unlearning/losses.h>

#include <torch/csrc/autograd/autograd.h>
#include <cmath>
#include <functional>

namespace assay::unlearning::test {
namespace {

Tensor number(double value) {
  return numbers({value}, {1, 1});
}

void check_slope(const std::function<Tensor(const Tensor&)>& loss, const Tensor& at) {
  const Tensor x = at.clone().requires_grad_(true);
  const Tensor slope = torch::autograd::grad({loss(x).sum()}, {x})[0].contiguous();
  constexpr double h = 1e-6;
  for (std::int64_t i = 0; i < at.numel(); ++i) {
    Tensor above = at.clone(), below = at.clone();
    above.view(-1)[i] += h;
    below.view(-1)[i] -= h;
    const double numeric = (loss(above).sum() - loss(below).sum()).item<double>() / (2 * h);
    CHECK(slope.view(-1)[i].item<double>() == Approx(numeric).epsilon(1e-6).margin(1e-9));
  }
}

}  // namespace

TEST_CASE("losses: NPO by hand, at the reference, and at its ends") {
  // p = 1/2, q = 1/8, beta 1: 2 log(1 + 4) = 3.218876; beta 2: log(1 + 16) = 2.833213.
  const Tensor log_p = number(std::log(.5)), log_q = number(std::log(.125));
  CHECK(npo(log_p, log_q, number(1)).item<double>() == Approx(3.2188758249));
  CHECK(npo(log_p, log_q, number(2)).item<double>() == Approx(2.8332133441));
  // p = q: 2/beta ln 2, whatever the probability.
  for (const double beta : {.1, 1., 4.5}) {
    CHECK(npo(log_q, log_q, number(beta)).item<double>() == Approx(2 / beta * std::log(2.)));
  }
  // beta -> 0: gradient ascent, up to the constant 2/beta ln 2.
  CHECK((npo(log_p, log_q, number(1e-5)).item<double>() - 2e5 * std::log(2.)) ==
        Approx(std::log(4.)).epsilon(1e-4));
  // Far from the reference it is neither infinite nor cut off: 2 (log p - log q) and 2 p/q.
  CHECK(npo(number(-1), number(-1001), number(1)).item<double>() == Approx(2000).epsilon(1e-12));
  CHECK(npo(number(-31), number(-1), number(1)).item<double>() ==
        Approx(2 * std::exp(-30.)).epsilon(1e-10));
}

TEST_CASE("losses: the slope of NPO is ascent's times 2 p^b / (p^b + q^b)") {
  const Tensor log_q = numbers({-1, -2, -.1}, {1, 3});
  const Tensor log_p = numbers({-3, -2, -.5}, {1, 3}).requires_grad_(true);
  const Tensor slope = torch::autograd::grad({npo(log_p, log_q, number(.7)).sum()}, {log_p})[0];
  for (int i = 0; i < 3; ++i) {
    const double p = std::exp(.7 * log_p[0][i].item<double>());
    const double q = std::exp(.7 * log_q[0][i].item<double>());
    CHECK(slope[0][i].item<double>() == Approx(2 * p / (p + q)));
  }
  check_slope([&](const Tensor& x) { return npo(x, log_q, number(.7)); }, log_p.detach());
}

TEST_CASE("losses: SimNPO by hand") {
  // p = 1/4, length 2, beta 2, delta 0: -log sigma(2 log 2) = -log(4/5). delta .5: sigma(2 log 2 -
  // 1).
  const Tensor log_p = number(std::log(.25)), two = number(2);
  CHECK(simnpo(log_p, two, two, number(0)).item<double>() == Approx(-std::log(.8)));
  CHECK(simnpo(log_p, two, two, number(.5)).item<double>() ==
        Approx(std::log(1 + std::exp(-(2 * std::log(2.) - 1)))));
  // -log p / length = delta: 2/beta ln 2.
  CHECK(simnpo(log_p, two, number(4.5), number(std::log(2.))).item<double>() ==
        Approx(2 / 4.5 * std::log(2.)));
  check_slope([&](const Tensor& x) { return simnpo(x, two, number(4.5), number(.3)); },
              numbers({-.2, -3, -1}, {1, 3}));
}

TEST_CASE("losses: ascent is the log-probability, with a slope of one") {
  const Tensor log_p = numbers({-1, -.3}, {1, 2});
  CHECK(gradient_ascent(log_p).equal(log_p));
  check_slope(gradient_ascent, log_p);
}

TEST_CASE("losses: distillation by hand and with a temperature") {
  // Teacher (.75, .25), student (.5, .5): .75 ln 1.5 + .25 ln .5 = .130812.
  const Tensor teacher = numbers({std::log(3.), 0}, {1, 1, 2}),
               student = numbers({0, 0}, {1, 1, 2});
  const auto of = [&](double t) {
    return distillation(Likelihood::categorical, teacher, student, t).item<double>();
  };
  CHECK(of(1) == Approx(.75 * std::log(1.5) + .25 * std::log(.5)));
  // T = 2: teacher (sqrt 3, 1) / (1 + sqrt 3), times 4.
  const double p = std::sqrt(3.) / (1 + std::sqrt(3.));
  CHECK(of(2) == Approx(4 * (p * std::log(2 * p) + (1 - p) * std::log(2 * (1 - p)))));
  const Tensor z = numbers({.3, -1, 2, 0, .5, 1}, {1, 2, 3});
  CHECK(distillation(Likelihood::categorical, z, z, 3).abs().max().item<double>() < 1e-15);
  const Tensor other = numbers({1, 0, -1, .2, .1, 0}, {1, 2, 3});
  check_slope([&](const Tensor& x) { return distillation(Likelihood::categorical, z, x, 2.5); },
              other);
}

}  // namespace assay::unlearning::test
