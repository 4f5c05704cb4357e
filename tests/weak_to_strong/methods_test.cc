// The three methods as the libraries a worker loads: hand-worked first steps, gradients against
// finite differences, rows in company and alone.
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <functional>
#include <memory>

namespace assay::weak_to_strong::test {
namespace {

/// Runs a method once; `parameters` are each row's.
Model fit(const std::string& name, const Problem& problem, const Seeds& seeds,
          const std::vector<Json>& parameters) {
  const MethodEntry& entry = plugin_method(name);
  const MethodInfo info = entry.describe();
  std::vector<std::vector<Value>> values;
  for (const Json& row : parameters) {
    auto& of_row = values.emplace_back();
    for (const ParameterSpec& spec : info.parameters) {
      of_row.push_back(row.value(spec.key, std::get<double>(spec.default_value)));
    }
  }
  const Parameters resolved(info.parameters, values);
  std::unique_ptr<void, void (*)(void*) noexcept> method(entry.create(resolved), entry.destroy);
  Run run(seeds);
  return static_cast<Method*>(method.get())->fit(problem, run);
}

/// One full-batch step of plain gradient descent with rate 1, so that theta changes by the
/// gradient.
Recipe one_step(std::int64_t items) {
  Recipe recipe;
  recipe.epochs = 1;
  recipe.batch = items;
  recipe.lr = 1;
  recipe.schedule = "constant";
  recipe.optimizer = "sgd";
  return recipe;
}

/// A linear student of two classes on one feature that is always zero: only its bias learns.
Problem bias_only(const Tensor& weak_NC, std::vector<double> bias) {
  Problem problem;
  const std::int64_t items = weak_NC.size(0);
  problem.transfer = Dataset::own(at::zeros({1, items, 1}, at::kDouble));
  problem.weak_KNC = weak_NC.unsqueeze(0);
  problem.student.network = make_network({.arch = "mlp", .width = 1, .depth = 0}, {1}, 2);
  problem.student.theta_KP = at::zeros({1, problem.student.network->layout().size()}, at::kDouble);
  set_slice(problem.student, "head.bias", at::tensor(bias, at::kDouble).unsqueeze(0));
  problem.recipe = one_step(items);
  return problem;
}

/// The gradient with respect to the bias of the first step.
Tensor bias_gradient(const std::string& name, const Problem& problem, const Json& parameters) {
  const Model after = fit(name, problem, {1}, {parameters});
  return (slice_of(problem.student, "head.bias") - slice_of(after, "head.bias")).squeeze(0);
}

Tensor numbers(std::vector<double> values) {
  return at::tensor(values, at::kDouble);
}

Problem random_problem(const Seeds& seeds, std::int64_t classes) {
  Problem problem;
  problem.transfer = Dataset::own(Streams(seeds, "test.x").normal({30, 4}));
  problem.weak_KNC = Streams(seeds, "test.w").normal({30, classes}).softmax(2);
  problem.student.network = make_network({.arch = "mlp", .width = 6, .depth = 1}, {4}, classes);
  problem.student.theta_KP =
      initial_parameters(problem.student.network->layout(), Streams(seeds, "assay.student"))
          .to(at::kDouble);
  problem.recipe.epochs = 4;
  problem.recipe.batch = 8;
  return problem;
}

/// Mean over items of -sum t log p with p computed from theta; t is a function of p at `start`.
using Target = std::function<Tensor(const Tensor& p_KNC, const Tensor& w_KNC)>;
double loss_at(const Problem& problem, const Tensor& theta_KP, const Tensor& target_KNC) {
  const ParameterView view(problem.student.network->layout(), theta_KP);
  const Tensor x = problem.transfer.slice(0, problem.weak_KNC.size(1));
  const Tensor logits = problem.student.network->forward(view, x, {}).logits_KBC;
  return -(target_KNC * logits.log_softmax(2)).sum(2).mean().item<double>();
}

void check_gradient(const std::string& name, const Json& parameters, const Target& target) {
  Problem problem = random_problem({3}, 3);
  problem.recipe = one_step(30);
  const Tensor start = problem.student.theta_KP;
  const Tensor step = start - fit(name, problem, {3}, {parameters}).theta_KP;
  const Tensor logits = predict_logits(problem.student, problem.transfer);
  const Tensor t = target(logits.softmax(2), problem.weak_KNC);
  constexpr double h = 1e-6;
  for (std::int64_t column = 0; column < start.size(1); column += 5) {
    Tensor up = start.clone(), down = start.clone();
    up[0][column] += h;
    down[0][column] -= h;
    const double slope = (loss_at(problem, up, t) - loss_at(problem, down, t)) / (2 * h);
    CHECK(step[0][column].item<double>() == Approx(slope).margin(1e-8).epsilon(1e-5));
  }
}

}  // namespace

TEST_CASE("methods: first steps by hand") {
  // The gradient of the cross entropy by the bias is mean(p - t).
  const Tensor w = numbers({0.8, 0.2, 0.6, 0.4}).view({2, 2});
  // p = (.5, .5), mean of w_0 is .7.
  CHECK(at::allclose(bias_gradient("xent", bias_only(w, {0, 0}), {}), numbers({-0.2, 0.2})));

  // Product, p uniform, alpha 2: t = (.64, .04)/.68 and (.36, .16)/.52, mean of t_0 .8167421.
  CHECK(at::allclose(bias_gradient("product", bias_only(w, {0, 0}), {{"alpha", 2.0}}),
                     numbers({-0.3167421, 0.3167421}), 0, 1e-6));
  // p = (.75, .25), beta 2, alpha 0: t = (.5625, .0625)/.625 = .9.
  const double odds = std::log(3.0);
  CHECK(at::allclose(
      bias_gradient("product", bias_only(w, {odds, 0}), {{"alpha", 0.0}, {"beta", 2.0}}),
      numbers({0.75 - 0.9, 0.9 - 0.75}), 0, 1e-6));

  // Confidence loss at once (no warm-up): all p_0 are equal, so all are at the threshold: class 0.
  // c = .5: t_0 = .5 (.7) + .5 (1) = .85.
  CHECK(at::allclose(
      bias_gradient("logconf", bias_only(w, {0, 0}), {{"alpha", 0.5}, {"warmup", 0.0}}),
      numbers({-0.35, 0.35}), 0, 1e-6));
  // With a warm-up the first step is plain cross entropy.
  CHECK(at::allclose(bias_gradient("logconf", bias_only(w, {0, 0}), {{"alpha", 0.5}}),
                     numbers({-0.2, 0.2}), 0, 1e-6));
}

TEST_CASE("methods: the confidence loss's ramp is linear and has no jump") {
  // Bias alone, full batches, rate 0.1: theta follows t by hand. w_0 = .7; p_0 is equal over items,
  // so the own label is class 0. Ten steps, warm-up .5: c = .5 min(1, f/.5) with f = step/10.
  const Tensor w = numbers({0.7, 0.3}).view({1, 2});
  Problem problem = bias_only(w, {0, 0});
  problem.recipe.epochs = 10;
  problem.recipe.lr = 0.1;
  double b_0 = 0, b_1 = 0;
  for (int step = 0; step < 10; ++step) {
    const double c = 0.5 * std::min(1.0, step / 10.0 / 0.5);
    const double t_0 = (1 - c) * 0.7 + c;
    const double p_0 = 1 / (1 + std::exp(b_1 - b_0));
    b_0 -= 0.1 * (p_0 - t_0);
    b_1 -= 0.1 * (t_0 - p_0);
  }
  const Model after = fit("logconf", problem, {1}, {{{"alpha", 0.5}, {"warmup", 0.5}}});
  CHECK(at::allclose(slice_of(after, "head.bias").squeeze(0), numbers({b_0, b_1}), 0, 1e-6));
}

TEST_CASE("methods: gradients against finite differences") {
  check_gradient("xent", {}, [](const Tensor&, const Tensor& w) { return w; });
  check_gradient("product", {{"alpha", 0.7}, {"beta", 1.5}}, [](const Tensor& p, const Tensor& w) {
    const Tensor raw = p.pow(1.5) * w.pow(0.7);
    return raw / raw.sum(2, true);
  });
  check_gradient("logconf", {{"alpha", 0.4}, {"warmup", 0.0}},
                 [](const Tensor& p, const Tensor& w) {
                   const Tensor weight = at::ones({1, 30}, at::kDouble);
                   return 0.6 * w + 0.4 * balanced_hard_target(p, w, weight);
                 });
}

TEST_CASE("methods: rows in company train as they do alone, in float64") {
  const std::vector<std::pair<std::string, std::vector<Json>>> cases = {
      {"xent", {Json::object(), Json::object(), Json::object()}},
      {"logconf", {{{"alpha", 0.2}}, {{"alpha", 0.9}}, {{"alpha", 0.5}, {"warmup", 0.6}}}},
      {"product", {{{"alpha", 2.0}}, {{"beta", 0.5}}, Json::object()}}};
  for (const std::int64_t classes : {2, 4}) {
    for (const auto& [name, parameters] : cases) {
      const Seeds seeds = {5, 6, 7};
      const Problem problem = random_problem(seeds, classes);
      const Tensor together = fit(name, problem, seeds, parameters).theta_KP;
      for (std::size_t row = 0; row < seeds.size(); ++row) {
        const Tensor alone =
            fit(name, random_problem({seeds[row]}, classes), {seeds[row]}, {parameters[row]})
                .theta_KP;
        INFO(name << ", " << classes << " classes, row " << row);
        CHECK(
            at::allclose(together.narrow(0, static_cast<std::int64_t>(row), 1), alone, 1e-6, 1e-8));
      }
    }
  }
}

TEST_CASE("methods: a converged linear student obeys the Pythagorean identity") {
  // On the student's own inputs the cross-entropy fit p* of w in a log-linear family satisfies
  // KL(w|p) = KL(w|p*) + KL(p*|p) for every p of the family (Csiszar 1975); a gain of a linear
  // student over its supervisor is its misfit in this sense (Charikar et al. 2024).
  Problem problem;
  const Seeds seeds = {8};
  problem.transfer = Dataset::own(Streams(seeds, "test.x").normal({60, 3}));
  problem.weak_KNC = Streams(seeds, "test.w").normal({60, 3}).softmax(2);
  problem.student.network = make_network({.arch = "mlp", .width = 1, .depth = 0}, {3}, 3);
  const std::int64_t parameters = problem.student.network->layout().size();
  problem.student.theta_KP = at::zeros({1, parameters}, at::kDouble);
  problem.recipe = one_step(60);
  problem.recipe.epochs = 500;
  const auto predict = [&](const Tensor& theta_KP) {
    return predict_probabilities({problem.student.network, theta_KP}, problem.transfer);
  };
  const auto divergence = [](const Tensor& left, const Tensor& right) {
    return (left * (left.log() - right.log())).sum(2).mean().item<double>();
  };
  const Tensor best = predict(fit("xent", problem, seeds, {Json::object()}).theta_KP);
  const Tensor& w = problem.weak_KNC;
  for (const std::int64_t draw : {0, 1, 2}) {
    const Tensor other = predict(Streams(seeds, "test.theta").normal({parameters}, draw));
    CHECK(divergence(w, other) ==
          Approx(divergence(w, best) + divergence(best, other)).margin(1e-7));
    CHECK(divergence(best, other) > 0.01);
  }
}

}  // namespace assay::weak_to_strong::test
