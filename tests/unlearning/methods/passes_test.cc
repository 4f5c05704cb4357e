// Passes that take turns, and rewinding.
#include "support.h"

#include "sdk/families/support/linear_network.h"

#include <assay/unlearning/passes.h>

namespace assay::unlearning::test {
namespace {

/// z = theta_0 x + theta_1: items right of -theta_1 (for theta_0 = 1) are given the label 1.
Problem thresholds(const std::vector<double>& forget, const std::vector<double>& validation,
                   std::int64_t rows) {
  Problem problem;
  problem.likelihood = Likelihood::bernoulli;
  problem.original = {make_linear(2, 1), numbers({1, 0}, {1, 2}).repeat({rows, 1})};
  const auto part = [&](const std::vector<double>& x, std::int64_t first) {
    const auto items = static_cast<std::int64_t>(x.size());
    Tensor x_KNF = at::ones({rows, items, 2}, at::kDouble);
    x_KNF.select(2, 0).copy_(numbers(x, {1, items}).expand({rows, items}));
    return part_of(x_KNF, at::ones({rows, items}, at::kLong), first);
  };
  problem.forget = part(forget, 0);
  problem.validation = part(validation, 100);
  problem.retain = part({1, 2}, 200);
  return problem;
}

Model with_offsets(const Problem& problem, const std::vector<double>& offset_K) {
  Tensor theta_KP = problem.original.theta_KP.clone();
  theta_KP.select(1, 1).copy_(numbers(offset_K, {static_cast<std::int64_t>(offset_K.size())}));
  return {problem.original.network, theta_KP};
}

}  // namespace

TEST_CASE("passes: the error of a part by hand") {
  const Problem problem = thresholds({1, 2, 3, 4}, {1}, 2);
  Run run({1, 2});
  // Thresholds 0 and 2.5: none and half of the forget items are wrong.
  CHECK(mean_error(with_offsets(problem, {0, -2.5}), problem.forget, problem.likelihood, run)
            .equal(numbers({0, .5}, {2})));
  CHECK(run.costs(1).forward_samples == 4);
  // Of numbers: (1 - 1.5)^2 / 2 and (2 - 1.5)^2 / 2.
  Part part = part_of(numbers({1, 2}, {1, 2, 1}), numbers({1.5, 1.5}, {1, 2}));
  Run one({1});
  CHECK(mean_error({make_linear(1, 1), numbers({1}, {1, 1})}, part, Likelihood::gaussian, one)
            .item<double>() == Approx(.125));
}

TEST_CASE("passes: each row returns to the checkpoint whose forget error is the validation's") {
  // Forget errors of the thresholds .5, 1.5, 2.5, 3.5, 4.5: 0, .25, .5, .75, 1. The last models,
  // with the threshold 4.5, err on 1/2 of the validation items in every row, but in row 1 the
  // threshold is 9: on all.
  const Problem problem = thresholds({1, 2, 3, 4}, {1, 2, 6, 7}, 3);
  Run run({1, 2, 3});
  Rewind rewind(problem, run);
  const Model first = with_offsets(problem, {-.5, -.5, -3.5});
  const Model second = with_offsets(problem, {-2.5, -1.5, -1.5});
  const Model last = with_offsets(problem, {-4.5, -9, -4.5});
  rewind.keep(first);
  rewind.keep(second);
  rewind.keep(last);
  const Tensor theta_KP = rewind.nearest(last).theta_KP;
  CHECK(theta_KP[0].equal(second.theta_KP[0]));  // .5 against 0, .5, 1
  CHECK(theta_KP[1].equal(last.theta_KP[1]));    // 1 against 0, .25, 1
  // .5 against .75, .25, 1: equally near, so the later one.
  CHECK(theta_KP[2].equal(second.theta_KP[2]));
  // Nothing kept: the last model.
  CHECK(Rewind(problem, run).nearest(last).theta_KP.equal(last.theta_KP));
}

TEST_CASE("passes: SCRUB with rewinding gives one of its own checkpoints, row by row") {
  const Seeds seeds = {5, 6, 7};
  Example example = precise_example(seeds);
  example.problem.recipe.epochs = 6;
  example.problem.recipe.lr = .05;
  Run run(seeds);
  std::vector<Tensor> offered;
  run.on_checkpoint([&](std::int64_t step, const Tensor& theta_KP) {
    offered.push_back(theta_KP.clone());
    CHECK(step == static_cast<std::int64_t>(offered.size()));
  });
  const Json parameters = {{"rewind", true}, {"max_epochs", 6}};
  const Tensor theta_KP = ask("scrub", example.problem, run, {parameters}).model.theta_KP;
  REQUIRE(offered.size() == 6);
  Run errors(seeds);
  const auto error = [&](const Tensor& theta, const Part& part) {
    return mean_error({example.problem.original.network, theta}, part, Likelihood::categorical,
                      errors);
  };
  const Tensor wanted_K = error(offered.back(), example.problem.validation);
  for (std::int64_t row = 0; row < 3; ++row) {
    bool found = false;
    double nearest = 9;
    for (const Tensor& checkpoint : offered) {
      found = found || checkpoint[row].equal(theta_KP[row]);
      nearest = std::min(
          nearest,
          (error(checkpoint, example.problem.forget)[row] - wanted_K[row]).abs().item<double>());
    }
    CHECK(found);
    CHECK((error(theta_KP, example.problem.forget)[row] - wanted_K[row]).abs().item<double>() ==
          nearest);
  }
}

TEST_CASE(
    "passes: the learning rate falls from epoch to epoch, and passes have their own batches") {
  Problem problem = thresholds({1, 2, 3, 4}, {1}, 1);
  problem.recipe = descent(4, 4, .1);
  problem.recipe.schedule = "linear";
  std::vector<double> moved;
  std::vector<std::int64_t> sizes;
  Tensor before = problem.original.theta_KP;
  Run run({1});
  // A loss with the slope 1 in theta_1: each step moves it by the rate.
  const auto loss = [&](const Batch& batch, const Tensor&, std::int64_t epoch) {
    sizes.push_back(batch.x.size(1));
    CHECK(epoch == static_cast<std::int64_t>(moved.size()));
    return batch.mean(batch.logits_KBC.squeeze(2));
  };
  alternate(problem, run, {{&problem.forget, 2, 1, loss}, {&problem.forget, 0, -1, loss}}, {},
            [&](const Model& model) {
              moved.push_back((before - model.theta_KP)[0][1].item<double>());
              before = model.theta_KP;
            });
  REQUIRE(moved.size() == 4);
  CHECK(moved[0] == Approx(3 * .1));  // two steps of the first pass, one of the second
  CHECK(moved[1] == Approx(.075));
  CHECK(moved[3] == Approx(.025));
  CHECK(sizes == std::vector<std::int64_t>{2, 2, 4, 4, 4, 4});
}

TEST_CASE("passes: steps in place of epochs are an error") {
  Example example = precise_example({5});
  example.problem.recipe.steps = 10;
  example.problem.place = "scrub";
  Run run({5});
  CHECK(error_of([&] { ask("scrub", example.problem, run); }) ==
        "scrub: passes over the sets take turns by epochs: set epochs, not steps");
}

}  // namespace assay::unlearning::test
