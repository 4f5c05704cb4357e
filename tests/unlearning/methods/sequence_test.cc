// The methods' losses on answers of tokens: at the reference point each equals its closed form,
// made of probabilities that a plain loop finds token by token.
#include "support.h"

#include <assay/activations.h>
#include <assay/unlearning/selection.h>

#include <torch/csrc/autograd/autograd.h>
#include <cmath>
#include <functional>

namespace assay::unlearning::test {
namespace {

constexpr std::int64_t row = 1;

/// An answer's log-probability and its tokens.
struct Said {
  double log_p = 0;
  int tokens = 0;
};

Tensor outputs_of(const Model& model, const Part& part) {
  const Tensor x = part.data.slice(0, part.data.largest_count()).to(at::kDouble);
  return model.network->forward({model.network->layout(), model.theta_KP}, x, {})
      .logits_KBC[row]
      .detach();
}

std::vector<Said> answers_of(const Problem& problem, const Part& part) {
  const Tensor log_p_NTV = outputs_of(problem.original, part).log_softmax(2);
  const Tensor label_NT = part.label_KN[row];
  std::vector<Said> all;
  for (std::int64_t n = 0; n < label_NT.size(0); ++n) {
    Said said;
    for (std::int64_t t = 0; t < label_NT.size(1); ++t) {
      const auto label = label_NT[n][t].item<std::int64_t>();
      if (label < 0) continue;
      said.log_p += log_p_NTV[n][t][label].item<double>();
      ++said.tokens;
    }
    all.push_back(said);
  }
  return all;
}

double mean(const std::vector<Said>& all, const std::function<double(const Said&)>& of) {
  double sum = 0;
  for (const Said& said : all) sum += of(said);
  return sum / static_cast<double>(all.size());
}

double log_p(const Said& said) {
  return said.log_p;
}

/// The example with one batch of everything, one step, and so small a rate that nothing moves far.
Example one_step() {
  Example example = precise_example({5, 6, 7}, {Likelihood::sequence});
  Problem& problem = example.problem;
  problem.recipe = descent(1, problem.forget.data.largest_count(), 1e-3);
  problem.retain_batch = problem.retain.data.largest_count();
  return example;
}

/// The loss of the first step.
double first_loss(const std::string& name, const Example& example, const Json& parameters) {
  Run run(example.seeds);
  ask(name, example.problem, run, {parameters});
  REQUIRE(run.failure(row).empty());
  return run.curves(row).at("loss").front().second;
}

}  // namespace

TEST_CASE("sequences: the example has answers of several lengths") {
  const Example example = one_step();
  const std::vector<Said> all = answers_of(example.problem, example.problem.retain);
  int three = 0, four = 0;
  for (const Said& said : all) {
    three += said.tokens == 3;
    four += said.tokens == 4;
  }
  CHECK(three > 5);
  CHECK(four > 5);
  CHECK(three + four == static_cast<int>(all.size()));
}

TEST_CASE("sequences: losses at the reference point by a plain loop over tokens") {
  const Example example = one_step();
  const Problem& problem = example.problem;
  const std::vector<Said> forget = answers_of(problem, problem.forget),
                          retain = answers_of(problem, problem.retain);
  const double ascent = mean(forget, log_p), descent = -mean(retain, log_p);
  CHECK(first_loss("gradient-ascent", example, Json::object()) == Approx(ascent));
  CHECK(first_loss("grad-diff", example, {{"forget_weight", .5}, {"retain_weight", 2.}}) ==
        Approx(.5 * ascent + 2 * descent));
  CHECK(first_loss("finetune", example, Json::object()) == Approx(descent));
  // The retain set's divergence from itself is zero.
  CHECK(first_loss("kl-min", example, {{"forget_weight", .5}}) == Approx(.5 * ascent));
  CHECK(first_loss("npo", example, {{"beta", .7}, {"retain_weight", 0.}}) ==
        Approx(2 / .7 * std::log(2.)));
  CHECK(first_loss("npo", example, {{"beta", .7}, {"retain_weight", 3.}}) ==
        Approx(2 / .7 * std::log(2.) + 3 * descent));
  const double simnpo = mean(forget, [](const Said& said) {
    return 2 / 1.5 * std::log(1 + std::exp(1.5 * (said.log_p / said.tokens + .2)));
  });
  CHECK(first_loss("simnpo", example,
                   {{"beta", 1.5}, {"delta", .2}, {"forget_weight", .5}, {"retain_weight", 2.}}) ==
        Approx(.5 * simnpo + 2 * descent));
  const double refusals = -mean(answers_of(problem, problem.refusals()), log_p);
  CHECK(first_loss("idk", example, {{"forget_weight", .5}, {"retain_weight", 2.}}) ==
        Approx(.5 * refusals + 2 * descent));
}

TEST_CASE("sequences: representation misdirection by hand") {
  const Example example = one_step();
  const Problem& problem = example.problem;
  // The target is a positive direction of length c: its distance to the activations, by the law of
  // cosines with the direction that the run draws.
  Run run(example.seeds);
  const Tensor v_D = run.streams("direction").uniform({8})[row];
  const Tensor target_D = 1.5 * v_D / v_D.norm();
  const Tensor h_NTD = outputs_of(trunk_of(problem.original, 0), problem.forget);
  double sum = 0;
  for (std::int64_t n = 0; n < h_NTD.size(0); ++n) {
    double of_item = 0;
    int tokens = 0;
    for (std::int64_t t = 0; t < h_NTD.size(1); ++t) {
      if (problem.forget.label_KN[row][n][t].item<std::int64_t>() < 0) continue;
      of_item += (h_NTD[n][t] - target_D).square().sum().item<double>() / 8;
      ++tokens;
    }
    sum += of_item / tokens;
  }
  // The retain term is zero at the start.
  CHECK(first_loss("rmu", example, {{"scale", 1.5}, {"retain_weight", 7.}}) ==
        Approx(sum / static_cast<double>(h_NTD.size(0))));
}

TEST_CASE("sequences: rmu leaves the layers behind its own as they were") {
  Example example = one_step();
  Run run(example.seeds);
  const Problem& problem = example.problem;
  const Model answer = ask("rmu", problem, run).model;
  const auto moved = [&](const char* name) {
    return largest(slice_of(answer, name), slice_of(problem.original, name));
  };
  CHECK(moved("block0.mlp.down.weight") > 0);
  CHECK(moved("norm.weight") == 0);
  CHECK(error_of([&] {
          Run again(example.seeds);
          ask("rmu", problem, again, {{{"layer", 1}}});
        }) == "trunk_of: there is no layer 1, the network has hidden layers 0 to 0");
}

TEST_CASE("sequences: importance is the mean of squared gradients of single answers") {
  const Example example = one_step();
  const Problem& problem = example.problem;
  Run run(example.seeds);
  const Tensor value_KP = importance(problem.original, problem.forget, problem.likelihood, run);
  const Tensor x = problem.forget.data.slice(0, 4).to(at::kDouble);
  Tensor mean_P = at::zeros_like(problem.original.theta_KP[row]);
  for (std::int64_t n = 0; n < 4; ++n) {
    const Tensor theta = problem.original.theta_KP[row].unsqueeze(0).clone().requires_grad_(true);
    const Tensor log_p_TV =
        problem.original.network
            ->forward({problem.original.network->layout(), theta}, x[row][n].view({1, 1, -1}), {})
            .logits_KBC[0][0]
            .log_softmax(1);
    Tensor sum = at::zeros({}, at::kDouble);
    for (std::int64_t t = 0; t < log_p_TV.size(0); ++t) {
      const auto label = problem.forget.label_KN[row][n][t].item<std::int64_t>();
      if (label >= 0) sum = sum + log_p_TV[t][label];
    }
    mean_P += torch::autograd::grad({sum}, {theta})[0][0].square() / 4;
  }
  CHECK(largest(value_KP[row], mean_P) < 1e-10);
  CHECK(mean_P.max().item<double>() > 1e-3);
}

TEST_CASE("sequences: without refusals idk says what it needs") {
  Example example = one_step();
  example.problem.given_refusals = nullptr;
  example.problem.place = "idk";
  Run run(example.seeds);
  CHECK(error_of([&] { ask("idk", example.problem, run); }) ==
        "method 'idk' asks for refusals, which it was not given: declare it in describe() with "
        ".needs(\"refusals\")");
}

TEST_CASE("sequences: each row trains in company as it does alone, and moves") {
  const Seeds seeds = {5, 6, 7};
  for (const char* name :
       {"bad-teacher", "finetune", "grad-diff", "gradient-ascent", "idk", "kl-min", "l1-sparse",
        "npo", "oracle-matching", "retrain-budget", "rmu", "scrub", "simnpo", "ssd"}) {
    const Example example = precise_example(seeds, {Likelihood::sequence});
    const Model together = fit(name, example.problem, seeds);
    for (std::int64_t at = 0; at < 3; ++at) {
      INFO(name << ", row " << at);
      const Example alone = row_of(example, at);
      const Model answer = fit(name, alone.problem, alone.seeds);
      CHECK(largest(together.theta_KP[at], answer.theta_KP[0]) < 1e-9);
      CHECK(largest(answer.theta_KP, alone.problem.original.theta_KP) > 1e-4);
    }
  }
}

}  // namespace assay::unlearning::test
