// Every method on a problem of one parameter, against its updates written out in plain numbers:
// z = theta x, one item to forget (x = 1, label 1), one to keep (x = 2, label 0), five steps.
#include "support.h"

#include "sdk/families/support/linear_network.h"

#include <cmath>
#include <functional>

namespace assay::unlearning::test {
namespace {

constexpr double start = 0.4, rate = 0.3, x_forget = 1, x_retain = 2;
constexpr int steps = 5;
const Seeds seed = {11};

double sigma(double z) {
  return 1 / (1 + std::exp(-z));
}

Problem scalar_problem() {
  Problem problem;
  problem.likelihood = Likelihood::bernoulli;
  problem.original = {make_linear(1, 1), numbers({start}, {1, 1})};
  problem.forget = part_of(numbers({x_forget}, {1, 1, 1}), integers({1}, {1, 1}), 0);
  problem.retain = part_of(numbers({x_retain}, {1, 1, 1}), integers({0}, {1, 1}), 1);
  problem.validation = part_of(numbers({1}, {1, 1, 1}), integers({1}, {1, 1}), 2);
  problem.recipe = problem.training = descent(steps, 1, rate);
  problem.retain_batch = 1;
  problem.fresh = [network = problem.original.network](std::int64_t) {
    return Model{network, numbers({-1}, {1, 1})};
  };
  return problem;
}

/// Five steps along a slope that may depend on theta and on the step.
double descended(const std::function<double(double theta, int step)>& slope, double from = start) {
  double theta = from;
  for (int step = 0; step < steps; ++step) theta -= rate * slope(theta, step);
  return theta;
}

double answer(const std::string& name, const Json& parameters = Json::object(),
              const Problem& problem = scalar_problem()) {
  return fit(name, problem, seed, {parameters}).theta_KP.item<double>();
}

// Slopes of the terms.
double ascent(double theta) {
  return x_forget * (1 - sigma(theta * x_forget));
}
double keep(double theta) {
  return x_retain * sigma(theta * x_retain);
}
double keep_outputs(double theta) {
  return x_retain * (sigma(theta * x_retain) - sigma(start * x_retain));
}

// Parameters reach a method in float32.
Approx near(double value) {
  return Approx(value).epsilon(1e-7);
}

}  // namespace

TEST_CASE("scalar: gradient ascent, fine-tuning, and their difference") {
  CHECK(answer("gradient-ascent") == near(descended([](double t, int) { return ascent(t); })));
  CHECK(answer("finetune") == near(descended([](double t, int) { return keep(t); })));
  CHECK(answer("grad-diff") == near(descended([](double t, int) { return ascent(t) + keep(t); })));
  CHECK(answer("grad-diff", {{"forget_weight", .5}, {"retain_weight", 3.}}) ==
        near(descended([](double t, int) { return .5 * ascent(t) + 3 * keep(t); })));
}

TEST_CASE("scalar: KL minimisation keeps outputs, not labels") {
  CHECK(answer("kl-min", {{"forget_weight", .5}, {"retain_weight", 2.}}) ==
        near(descended([](double t, int) { return .5 * ascent(t) + 2 * keep_outputs(t); })));
}

TEST_CASE("scalar: NPO with and without its retain term") {
  const auto weight = [](double theta, double beta) {
    const double p = std::pow(sigma(theta), beta), q = std::pow(sigma(start), beta);
    return 2 * p / (p + q);
  };
  for (const double beta : {.1, 2.}) {
    CHECK(answer("npo", {{"beta", beta}, {"retain_weight", 0.}}) ==
          near(descended([&](double t, int) { return weight(t, beta) * ascent(t); })));
    CHECK(answer("npo", {{"beta", beta}, {"retain_weight", 1.5}}) ==
          near(descended(
              [&](double t, int) { return weight(t, beta) * ascent(t) + 1.5 * keep(t); })));
  }
  // Without it, the retain set is not read, and not paid for.
  Run run(seed);
  ask("npo", scalar_problem(), run, {{{"retain_weight", 0.}}});
  CHECK(run.costs(0).gradient_samples == steps);
  CHECK(run.costs(0).forward_samples == 1);
}

TEST_CASE("scalar: SimNPO") {
  const auto slope = [](double theta, double beta, double delta) {
    return 2 * sigma(beta * (std::log(sigma(theta)) + delta)) * ascent(theta);
  };
  CHECK(answer("simnpo") ==
        near(descended([&](double t, int) { return .125 * slope(t, 4.5, 0) + keep(t); })));
  CHECK(answer("simnpo",
               {{"beta", 2.}, {"delta", .5}, {"forget_weight", 1.}, {"retain_weight", 0.}}) ==
        near(descended([&](double t, int) { return slope(t, 2, .5); })));
}

TEST_CASE("scalar: the l1 penalty fades out linearly") {
  CHECK(answer("l1-sparse", {{"alpha", .2}}) == near(descended([](double t, int step) {
          return keep(t) + .2 * (1 - step / 5.) * (t > 0 ? 1 : t < 0 ? -1 : 0);
        })));
}

TEST_CASE("scalar: the bad teacher is imitated where to forget") {
  // T^2 KL has the slope T (sigma(z/T) - sigma(teacher/T)); both sides are one batch of two. The
  // bad teacher has theta = -1.
  for (const double T : {1., 2.}) {
    CHECK(answer("bad-teacher", {{"temperature", T}}) == near(descended([&](double t, int) {
            return T *
                   ((sigma(t / T) - sigma(-1 / T)) +
                    2 * (sigma(2 * t / T) - sigma(2 * start / T))) /
                   2;
          })));
  }
}

TEST_CASE("scalar: matching regresses on targets, direct answers are the targets") {
  Problem problem = scalar_problem();
  const auto slope = [](double forget, double retain) {
    return [=](double t, int) { return (t - forget) + 2 * (2 * t - retain); };
  };
  problem.given_oracles = std::make_shared<Oracles>(
      Oracles{numbers({-.3}, {1, 1, 1}), numbers({.1}, {1, 1, 1}), numbers({0}, {1, 1, 1})});
  CHECK(answer("oracle-matching", Json::object(), problem) == near(descended(slope(-.3, .1))));
  // What is owed to the forget set is taken from the original's outputs .4 and .8.
  problem.given_attribution = std::make_shared<Attribution>(
      Attribution{numbers({.25}, {1, 1, 1}), numbers({-.1}, {1, 1, 1}), numbers({0}, {1, 1, 1})});
  CHECK(answer("dmm", Json::object(), problem) == near(descended(slope(.15, .9))));
  Run run(seed);
  const Answer direct = ask("dm-direct", problem, run);
  REQUIRE(direct.predictor);
  const Query query{numbers({1, 2}, {1, 2, 1}), numbers({.4, .8}, {1, 2, 1}),
                    numbers({.25, -.1}, {1, 2, 1})};
  CHECK(largest(direct.predictor(query), numbers({.15, .9}, {1, 2, 1})) < 1e-15);
  CHECK(run.costs(0).gradient_samples == 0);
}

TEST_CASE("scalar: SCRUB's passes take turns, the first of them for a few epochs") {
  const Json parameters = {{"alpha", .75}, {"gamma", .5}, {"temperature", 2.}, {"max_epochs", 3}};
  double theta = start;
  for (int epoch = 0; epoch < steps; ++epoch) {
    const auto divergence = [&](double x) {
      return 2 * x * (sigma(theta * x / 2) - sigma(start * x / 2));
    };
    if (epoch < 3) theta += rate * divergence(x_forget);
    theta -= rate * (.75 * divergence(x_retain) + .5 * keep(theta));
  }
  CHECK(answer("scrub", parameters) == near(theta));
}

TEST_CASE("scalar: random labels are drawn anew in every epoch") {
  bool zero = false, one = false;
  double theta = start;
  for (int epoch = 0; epoch < steps; ++epoch) {
    const double u = Streams(seed, "random-labels").uniform({1}, epoch).item<double>();
    const double label = u < .5 ? 0 : 1;
    zero = zero || label == 0;
    one = one || label == 1;
    theta -= rate * x_forget * (sigma(theta * x_forget) - label);
    theta -= rate * keep(theta);
  }
  REQUIRE((zero && one));
  CHECK(answer("random-labels") == near(theta));
  CHECK(answer("salun", {{"share", 1.}}) == near(theta));
  CHECK(answer("salun", {{"share", 0.}}) == start);
}

TEST_CASE("scalar: dampening by hand") {
  const double forget = std::pow(ascent(start), 2), retain = std::pow(keep(start), 2);
  const double all = (forget + retain) / 2;
  REQUIRE(forget < all);
  CHECK(answer("ssd") == start);  // it does not matter ten times as much
  CHECK(answer("ssd", {{"alpha", .05}, {"lambda", .02}}) ==
        near(start * std::min(.02 * all / forget, 1.)));
  // The factor never grows a parameter.
  CHECK(answer("ssd", {{"alpha", .05}, {"lambda", 5.}}) == start);
}

TEST_CASE("scalar: retraining starts from a new model and costs what fine-tuning costs") {
  Problem problem = scalar_problem();
  problem.recipe.lr = 7;  // it trains as the original was trained
  CHECK(answer("retrain-budget", Json::object(), problem) ==
        near(descended([](double t, int) { return keep(t); }, -1)));
  Run retrained(seed), tuned(seed);
  ask("retrain-budget", scalar_problem(), retrained);
  ask("finetune", scalar_problem(), tuned);
  CHECK(retrained.costs(0).gradient_samples == tuned.costs(0).gradient_samples);
  problem.recipe.steps = 4;  // with two retain items each, the original's batch is one
  problem.retain_batch = 2;
  Run steps_run(seed);
  ask("retrain-budget", problem, steps_run);
  CHECK(steps_run.costs(0).gradient_samples == 8);
}

TEST_CASE("scalar: a Newton step by hand") {
  // Retained objective -log(1 - sigma(2 t)) + .1/2 t^2 + damping: slope 2 sigma + .1 t, curvature
  // 4 sigma (1 - sigma) + .1.
  Problem problem = scalar_problem();
  problem.ridge = .1;
  double theta = start;
  for (int step = 0; step < 2; ++step) {
    const double s = sigma(2 * theta);
    theta -= .5 * (2 * s + .1 * theta) / (4 * s * (1 - s) + .1 + .25);
  }
  const Json parameters = {{"steps", 2}, {"scale", .5}, {"damping", .25}};
  CHECK(answer("influence-newton", parameters, problem) == near(theta));
  // One gradient and one product, which counts twice, a step.
  Run run(seed);
  ask("influence-newton", problem, run, {parameters});
  CHECK(run.costs(0).gradient_samples == 2 * (1 + 2));
  CHECK(run.costs(0).forward_samples == 2 * 2);  // before and after each step
}

TEST_CASE("scalar: a Newton step that would raise the objective is halved") {
  // Far out the slope is 2 and the curvature next to nothing.
  Problem problem = scalar_problem();
  problem.ridge = .001;
  problem.original.theta_KP = numbers({5}, {1, 1});
  const auto objective = [](double t) { return std::log1p(std::exp(2 * t)) + .0005 * t * t; };
  const double s = sigma(10);
  double step = (2 * s + .001 * 5) / (4 * s * (1 - s) + .001);
  int tries = 1;
  while (objective(5 - step) > objective(5)) step /= 2, ++tries;
  REQUIRE(tries > 2);
  CHECK(answer("influence-newton", Json::object(), problem) == near(5 - step));
  Run run(seed);
  ask("influence-newton", problem, run);
  CHECK(run.costs(0).forward_samples == 1 + tries);
}

}  // namespace assay::unlearning::test
