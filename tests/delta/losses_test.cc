// Every method against its equation: values by plain loops, gradients by finite differences of
// them, and values that can be worked out by hand.
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace assay::delta::test {
namespace {

const Seeds seeds = {3, 4};

/// What a model says of one response, by loops over its tokens.
struct Said {
  double log_p = 0, tokens = 0;
};

/// log p of a class or token, of logits [C].
double log_p_of(const Tensor& logits_C, std::int64_t symbol) {
  double sum = 0;
  for (std::int64_t c = 0; c < logits_C.size(0); ++c) sum += std::exp(logits_C[c].item<double>());
  return logits_C[symbol].item<double>() - std::log(sum);
}

/// A problem's items under one row's parameters.
class Plain {
 public:
  Plain(const Problem& problem, std::int64_t row) : problem_(problem), row_(row) {}

  /// chosen, rejected, unrelated of every item.
  std::vector<std::vector<Said>> items(const Tensor& theta_P) const {
    return problem_.pairs.sequences() ? sequences(theta_P) : classes(theta_P);
  }

 private:
  static std::size_t odd(std::int64_t n) { return static_cast<std::size_t>(n % 2); }

  std::vector<std::vector<Said>> classes(const Tensor& theta_P) const {
    const std::int64_t count = problem_.pairs.count();
    const Tensor x_NF = problem_.pairs.data.slice(0, count)[row_];
    const Network& network = *problem_.student.network;
    const Tensor logits_NC =
        network
            .forward(ParameterView(network.layout(), theta_P.unsqueeze(0)), x_NF.unsqueeze(0), {})
            .logits_KBC[0];
    const Tensor response_N2 = problem_.pairs.response_KN2[row_];
    std::vector<std::vector<Said>> all;
    for (std::int64_t n = 0; n < count; ++n) {
      const auto said = [&](std::int64_t of, std::size_t side) {
        const auto label = response_N2[of][static_cast<std::int64_t>(side)].item<std::int64_t>();
        return Said{log_p_of(logits_NC[n], label), 1};
      };
      all.push_back({said(n, 0), said(n, 1), said((n + 1) % count, odd(n))});
    }
    return all;
  }

  // Of the bigram: log p(x_t | x_{t-1}) from the table.
  std::vector<std::vector<Said>> sequences(const Tensor& theta_P) const {
    const std::int64_t count = problem_.pairs.count();
    const Tensor table_VV = theta_P.view({5, 5});
    const Tensor token_N2T = problem_.pairs.data.slice(0, count)[row_];
    const Tensor mask_N2T = problem_.pairs.mask_KN2T[row_];
    std::vector<std::vector<Said>> all;
    for (std::int64_t n = 0; n < count; ++n) {
      const auto begin = 1 + n % 3;  // as sequence_problem() makes them
      const auto said = [&](std::int64_t of, std::size_t side) {
        const Tensor token_T = token_N2T[of][static_cast<std::int64_t>(side)];
        const Tensor mask_T = mask_N2T[of][static_cast<std::int64_t>(side)];
        Said result;
        // The last token of the item's own prompt, then the response, as long as there is room.
        auto before = token_N2T[n][0][begin - 1].item<std::int64_t>();
        for (std::int64_t t = 1; t < token_T.size(0); ++t) {
          if (!mask_T[t].item<bool>() || begin + result.tokens >= 7) continue;
          const auto token = token_T[t].item<std::int64_t>();
          result.log_p += log_p_of(table_VV[before], token);
          ++result.tokens;
          before = token;
        }
        return result;
      };
      all.push_back({said(n, 0), said(n, 1), said((n + 1) % count, odd(n))});
    }
    return all;
  }

  const Problem& problem_;
  std::int64_t row_;
};

/// A pair as the equations see it.
struct Pair {
  double w = 0, l = 0;                ///< log pi
  double r_w = 0, r_l = 0;            ///< log pi / pi_0
  double n_w = 1, n_l = 1;            ///< lengths, at least 1
  double z = 0;                       ///< KTO's reference point
  double mean_n_w = 1, mean_n_l = 1;  ///< mean lengths of the batch
};

double sigmoid(double v) {
  return 1 / (1 + std::exp(-v));
}
double softplus(double v) {
  return std::log1p(std::exp(v));
}  // -log sigmoid(-v)
double log_odds(double s) {
  return s - std::log(1 - std::exp(s));
}

struct Case {
  const char* method;
  Json parameters;
  double (*loss)(const Pair&);
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"dpo", {{"beta", 0.5}}, [](const Pair& p) { return softplus(-0.5 * (p.r_w - p.r_l)); }},
      {"dpo-norm",
       {{"beta", 2}},
       [](const Pair& p) { return softplus(-2 * (p.r_w / p.n_w - p.r_l / p.n_l)); }},
      {"cdpo",
       {{"beta", 0.5}, {"flipped", 0.25}},
       [](const Pair& p) {
         const double d = 0.5 * (p.r_w - p.r_l);
         return 0.75 * softplus(-d) + 0.25 * softplus(d);
       }},
      {"rdpo",
       {{"beta", 0.5}, {"flipped", 0.25}},
       [](const Pair& p) {
         const double d = 0.5 * (p.r_w - p.r_l);
         return (0.75 * softplus(-d) - 0.25 * softplus(d)) / 0.5;
       }},
      {"ipo",
       {{"beta", 0.5}},
       [](const Pair& p) { return std::pow(p.r_w / p.n_w - p.r_l / p.n_l - 1, 2); }},
      {"hinge",
       {{"beta", 0.5}},
       [](const Pair& p) { return std::max(0.0, 1 - 0.5 * (p.r_w - p.r_l)); }},
      {"margin", {{"beta", 0.5}}, [](const Pair& p) { return -0.5 * (p.r_w - p.r_l); }},
      {"kto",
       {{"beta", 0.5}, {"desirable", 2}, {"undesirable", 3}},
       [](const Pair& p) {
         return (2 * (1 - sigmoid(0.5 * (p.r_w - p.z))) + 3 * (1 - sigmoid(0.5 * (p.z - p.r_l)))) /
                2;
       }},
      {"simpo",
       {{"beta", 2}, {"gamma", 0.5}},
       [](const Pair& p) { return softplus(0.5 - 2 * (p.w / p.n_w - p.l / p.n_l)); }},
      {"cpo",
       {{"beta", 0.5}, {"alpha", 2}},
       [](const Pair& p) { return softplus(-0.5 * (p.w - p.l)) - 2 * p.w / p.mean_n_w; }},
      {"apo-zero",
       {{"beta", 0.5}},
       [](const Pair& p) { return 1 - sigmoid(0.5 * p.r_w) + sigmoid(0.5 * p.r_l); }},
      {"sft-chosen", Json::object(), [](const Pair& p) { return -p.w / p.mean_n_w; }},
      {"sft-rejected", Json::object(), [](const Pair& p) { return -p.l / p.mean_n_l; }},
  };
  return all;
}

std::vector<Pair> pairs_of(const Plain& plain, const Tensor& theta_P, const Tensor& start_P) {
  const auto now = plain.items(theta_P), start = plain.items(start_P);
  std::vector<Pair> pairs;
  double z = 0, w = 0, l = 0;
  for (std::size_t n = 0; n < now.size(); ++n) {
    Pair pair;
    pair.w = now[n][0].log_p;
    pair.l = now[n][1].log_p;
    pair.r_w = pair.w - start[n][0].log_p;
    pair.r_l = pair.l - start[n][1].log_p;
    pair.n_w = std::max(now[n][0].tokens, 1.0);
    pair.n_l = std::max(now[n][1].tokens, 1.0);
    w += now[n][0].tokens;
    l += now[n][1].tokens;
    z += now[n][2].log_p - start[n][2].log_p;
    pairs.push_back(pair);
  }
  const auto count = static_cast<double>(pairs.size());
  for (Pair& pair : pairs) {
    pair.z = std::max(z / count, 0.0);
    pair.mean_n_w = w / count;
    pair.mean_n_l = l / count;
  }
  return pairs;
}

double mean_loss(const Case& test, const std::vector<Pair>& pairs) {
  double sum = 0;
  for (const Pair& pair : pairs) sum += test.loss(pair);
  return sum / static_cast<double>(pairs.size());
}

/// Value and gradient of the first steps: the first one at the reference point, the others away
/// from it.
void check_case(const Case& test, const Problem& problem) {
  INFO(test.method << (problem.pairs.sequences() ? ", sequences" : ", classes"));
  constexpr std::int64_t steps = 3;
  constexpr double lr = 0.5, h = 1e-5;
  const Fit found = fit(plugin_method(test.method), test.parameters, problem, seeds, steps, lr);
  REQUIRE(found.theta_KP.size() == steps + 1);
  for (std::int64_t row = 0; row < 2; ++row) {
    const Plain plain(problem, row);
    const Tensor start_P = problem.student.theta_KP[row];
    for (std::size_t step = 0; step < steps; ++step) {
      INFO("row " << row << ", step " << step);
      const Tensor theta_P = found.theta_KP[step][row];
      const std::vector<Pair> pairs = pairs_of(plain, theta_P, start_P);
      CHECK(found.loss[step][static_cast<std::size_t>(row)] ==
            Approx(mean_loss(test, pairs)).epsilon(1e-6).margin(1e-9));
      const Tensor gradient_P = (theta_P - found.theta_KP[step + 1][row]) / lr;
      double largest = 0;
      for (std::int64_t p = 0; p < theta_P.size(0); p += 3) {
        const auto at = [&](double shift) {
          Tensor moved_P = theta_P.clone();
          moved_P[p] += shift;
          std::vector<Pair> there = pairs_of(plain, moved_P, start_P);
          for (std::size_t n = 0; n < there.size(); ++n) there[n].z = pairs[n].z;  // no gradient
          return mean_loss(test, there);
        };
        const double slope = (at(h) - at(-h)) / (2 * h);
        largest = std::max(largest, std::abs(slope));
        CHECK(gradient_P[p].item<double>() == Approx(slope).epsilon(1e-4).margin(1e-7));
      }
      CHECK(largest > 1e-4);  // zeros on both sides would say nothing
    }
  }
}

/// log p = log(1/4) of every class: a student without a preference.
Problem uniform_problem() {
  Problem problem = class_problem(seeds);
  problem.student.theta_KP = at::zeros_like(problem.student.theta_KP);
  return problem;
}

double first_loss(const char* method, const Json& parameters) {
  return fit(plugin_method(method), parameters, uniform_problem(), seeds, 1, 0.1).loss[0][0];
}

/// The loss after one step from there, of pairs that all choose class 0 over class 1.
double second_loss(const char* method, double lr, std::int64_t pairs = 1) {
  Problem problem = uniform_problem();
  problem.pairs = {Dataset::own(problem.pairs.data.slice(0, pairs).clone()),
                   at::arange(2, at::kLong).repeat({2, pairs, 1}),
                   {}};
  return fit(plugin_method(method), Json::object(), problem, seeds, 2, lr).loss[1][0];
}

}  // namespace

TEST_CASE("losses: every method is its equation, of classes") {
  const Problem problem = class_problem(seeds);
  for (const Case& test : cases()) check_case(test, problem);
}

TEST_CASE("losses: every method is its equation, of sequences with masks and lengths") {
  const Problem problem = sequence_problem(seeds);
  for (const Case& test : cases()) check_case(test, problem);
}

TEST_CASE("losses: orpo is its equation") {
  const Case test{"orpo", {{"beta", 0.5}}, [](const Pair& p) {
                    const double odds = log_odds(p.w / p.n_w) - log_odds(p.l / p.n_l);
                    return -p.w / p.mean_n_w + 0.5 * softplus(-odds);
                  }};
  check_case(test, class_problem(seeds));
  // No odds of an empty response: all responses of one token at least.
  Problem problem = sequence_problem(seeds);
  problem.pairs.mask_KN2T.select(2, 1).copy_(problem.pairs.mask_KN2T.select(2, 0));
  check_case(test, problem);
}

TEST_CASE("losses: values at the reference point, worked out by hand") {
  const double log2 = std::log(2.0), log4 = std::log(4.0);
  CHECK(first_loss("dpo", {}) == Approx(log2));
  CHECK(first_loss("dpo-norm", {}) == Approx(log2));
  CHECK(first_loss("cdpo", {}) == Approx(log2));
  CHECK(first_loss("rdpo", {}) == Approx(log2));
  CHECK(first_loss("ipo", {}) == Approx(25));  // (0 - 1 / .2)^2
  CHECK(first_loss("hinge", {}) == Approx(1));
  CHECK(first_loss("margin", {}) == Approx(0).margin(1e-12));
  CHECK(first_loss("kto", {}) == Approx(0.5));
  CHECK(first_loss("apo-zero", {}) == Approx(1));
  CHECK(first_loss("simpo", {}) == Approx(1.6004).epsilon(1e-4));  // log(1 + e^1.375)
  CHECK(first_loss("cpo", {}) == Approx(log2 + log4));
  CHECK(first_loss("orpo", {}) == Approx(log4 + 0.1 * log2));
  CHECK(first_loss("sft-chosen", {}) == Approx(log4));
  CHECK(first_loss("sft-rejected", {}) == Approx(log4));
}

TEST_CASE("losses: values away from the reference point, worked out by hand") {
  // All with their default parameters. The first step moves the bias of class 0 (chosen) by b_w, of
  // class 1 (rejected) by b_l; the other two move alike or stay.
  const double e = std::exp(1.0);
  const double near_1 = std::log(1 + 1 / e), far_1 = std::log(1 + e);  // -log sigmoid(1) and (-1)
  // dpo: slope of D -.05 each way, D = .1 lr = 10, beta D = 1. dpo-norm: beta 5, D = 5 lr = .2.
  CHECK(second_loss("dpo", 100) == Approx(near_1));
  CHECK(second_loss("dpo-norm", 0.04) == Approx(near_1));
  // cdpo: slope .05 (.9 - .1), D = .08 lr = 10. rdpo: slope .05 (.9 + .1) / .8, D = .125 lr = 10.
  CHECK(second_loss("cdpo", 125) == Approx(0.9 * near_1 + 0.1 * far_1));
  CHECK(second_loss("rdpo", 80) == Approx((0.9 * near_1 - 0.1 * far_1) / 0.8));
  // ipo: (D - 5)^2, slope 10, D = 20 lr = 2. hinge: slope .1, D = .2 lr = 5. margin: D = 2 lr = 1.
  CHECK(second_loss("ipo", 0.1) == Approx(9));
  CHECK(second_loss("hinge", 25) == Approx(0.5));
  CHECK(second_loss("margin", 0.5) == Approx(-1));
  // apo-zero: each slope .1 / 4, b = +-2 at lr 80; log-ratios +-2 - log((e^2 + e^-2 + 2) / 4).
  const double r_w = 2 - 2 * std::log(std::cosh(1.0)), r_l = r_w - 4;
  CHECK(second_loss("apo-zero", 80) == Approx(1 - sigmoid(0.1 * r_w) + sigmoid(0.1 * r_l)));
  // kto: half of that slope. With one pair the unrelated response is the chosen one: z = r_w > 0.
  CHECK(second_loss("kto", 160) == Approx((0.5 + 1 - sigmoid(0.1 * (r_w - r_l))) / 2));
  // With two it is the chosen one once and the rejected one once, whose mean is below 0: z = 0.
  CHECK(second_loss("kto", 160, 2) ==
        Approx((1 - sigmoid(0.1 * r_w) + 1 - sigmoid(-0.1 * r_l)) / 2));
  // simpo: slope 2.5 sigmoid(1.375), so that 2.5 D = 1.375 and the loss is log 2.
  CHECK(second_loss("simpo", 0.55 / (5 * sigmoid(1.375))) == Approx(std::log(2.0)));
  // Those that also learn the chosen response, lr 1: b_w gains 3/4, the others lose 1/4.
  const auto log_p = [](double b_w, double b_l, double own) {
    return own - std::log(std::exp(b_w) + std::exp(b_l) + 2 * std::exp(-0.25));
  };
  CHECK(second_loss("sft-chosen", 1) == Approx(-log_p(0.75, -0.25, 0.75)));
  CHECK(second_loss("sft-rejected", 1) == Approx(-log_p(0.75, -0.25, 0.75)));
  // cpo: and .05 each way.
  CHECK(second_loss("cpo", 1) == Approx(softplus(-0.1 * 1.1) - log_p(0.8, -0.3, 0.8)));
  // orpo: odds rise by 4/3 of s, and .1 / 2 of that each way.
  const double b_w = 0.75 + 0.2 / 3, b_l = -0.25 - 0.2 / 3;
  const double chosen = log_p(b_w, b_l, b_w), rejected = log_p(b_w, b_l, b_l);
  CHECK(second_loss("orpo", 1) ==
        Approx(-chosen + 0.1 * softplus(log_odds(rejected) - log_odds(chosen))));
}

TEST_CASE("losses: lengths of two and four tokens, worked out by hand") {
  // A uniform table over three symbols; prompt 0, chosen 1 1, rejected 2 2 2 2. The slope of
  // r_w / 2 - r_l / 4 is, less what every symbol loses, (0, 1/2, -1/4) in row 0, (0, 1/2, 0) in row
  // 1 and (0, 0, -3/4) in row 2.
  Problem problem;
  problem.student.network = bigram(3);
  problem.student.theta_KP = at::zeros({2, 9}, at::kDouble);
  const Tensor token_2T = at::tensor({0., 1., 1., 0., 0., 0., 2., 2., 2., 2.}, at::kDouble);
  const Tensor mask_2T = at::tensor({0, 1, 1, 0, 0, 0, 1, 1, 1, 1}, at::kLong).to(at::kBool);
  problem.pairs = {Dataset::own(token_2T.view({1, 1, 2, 5}).repeat({2, 1, 1, 1})),
                   {},
                   mask_2T.view({1, 1, 2, 5}).repeat({2, 1, 1, 1})};
  const auto log_p = [](double a, double b, double c, double own) {
    return own - std::log(std::exp(a) + std::exp(b) + std::exp(c)) + std::log(3.0);
  };
  // dpo-norm: 5 / 2 of the slope at lr .4, so once the slope.
  const double shift_0 = 0.25 / 3, shift_1 = 0.5 / 3, shift_2 = 0.75 / 3;
  const double zero_0 = -shift_0, one_0 = 0.5 - shift_0, two_0 = -0.25 - shift_0;
  const double w = (log_p(zero_0, one_0, two_0, one_0) +
                    log_p(-shift_1, 0.5 - shift_1, -shift_1, 0.5 - shift_1)) /
                   2;
  const double l = (log_p(zero_0, one_0, two_0, two_0) +
                    3 * log_p(shift_2, shift_2, shift_2 - 0.75, shift_2 - 0.75)) /
                   4;
  CHECK(fit(plugin_method("dpo-norm"), {}, problem, seeds, 2, 0.4).loss[1][0] ==
        Approx(softplus(-5 * (w - l))));
  // ipo: twice 5 of the slope, at lr .1 the same step.
  CHECK(fit(plugin_method("ipo"), {}, problem, seeds, 2, 0.1).loss[1][0] ==
        Approx(std::pow(w - l - 5, 2)));
}

TEST_CASE("losses: kto with a reference point above zero") {
  // One pair, whose unrelated response is its chosen one: it rises, and no slope goes through it.
  Problem problem = class_problem(seeds);
  problem.pairs = {Dataset::own(problem.pairs.data.slice(0, 1).clone()),
                   problem.pairs.response_KN2.narrow(1, 0, 1).clone(),
                   {}};
  const auto kto = std::find_if(cases().begin(), cases().end(),
                                [](const Case& test) { return test.method == std::string("kto"); });
  check_case(*kto, problem);
  const Fit found = fit(plugin_method("kto"), kto->parameters, problem, seeds, 3, 0.5);
  for (std::int64_t row = 0; row < 2; ++row) {
    const auto pairs =
        pairs_of(Plain(problem, row), found.theta_KP[2][row], problem.student.theta_KP[row]);
    CHECK(pairs[0].z > 0.01);
  }
}

TEST_CASE("losses: a pair of equal responses teaches nothing") {
  for (const char* method : {"dpo", "dpo-norm", "cdpo", "rdpo", "hinge", "margin", "simpo"}) {
    INFO(method);
    Problem problem = class_problem(seeds);
    problem.pairs.response_KN2.select(2, 1).copy_(problem.pairs.response_KN2.select(2, 0));
    const Fit found = fit(plugin_method(method), {}, problem, seeds, 2, 0.5);
    CHECK(at::allclose(found.theta_KP.back(), problem.student.theta_KP, 0, 1e-12));
  }
}

TEST_CASE("losses: a response that is certain leaves orpo finite") {
  Problem problem = class_problem(seeds);
  set_slice(problem.student, "head.bias", 0.0);
  slice_of(problem.student, "head.bias").select(1, 0).fill_(1e4);
  problem.pairs.response_KN2.select(2, 0).zero_();
  problem.pairs.response_KN2.select(2, 1).fill_(1);
  const Fit found = fit(plugin_method("orpo"), {}, problem, seeds, 2, 0.1);
  CHECK(found.theta_KP.back().isfinite().all().item<bool>());
  CHECK(std::isfinite(found.loss[1][0]));
}

}  // namespace assay::delta::test
