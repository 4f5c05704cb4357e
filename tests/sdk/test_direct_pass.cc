// Hand-written passes against autograd through the same network.
#include "backward_check.h"
#include "recorded.h"
#include "support.h"

#include "sdk/internal/direct_pass.h"

#include <torch/csrc/autograd/autograd.h>

using namespace assay;
using namespace assay::testing;

namespace {

struct Example {
  const char* name;
  NetworkSpec spec;
  std::vector<std::int64_t> input;
  std::int64_t classes;
};

const std::vector<Example> examples = {
    {"mlp", {.width = 24, .depth = 2}, {13}, 10},
    {"deep mlp", {.width = 17, .depth = 4, .features = 5}, {3, 4}, 3},
    {"linear", {.depth = 0}, {20}, 2},
    {"cnn", {.arch = "cnn", .width = 6}, {14, 14}, 10},
    {"cnn of flat images", {.arch = "cnn", .width = 3}, {64}, 4},
    {"cnn of odd colour images", {.arch = "cnn", .width = 5}, {3, 7, 9}, 3},
};

void check_pass(const Example& example, at::ScalarType type, double tolerance, bool shared) {
  CAPTURE(example.name, type, shared);
  const Cohort cohort(example.spec, example.input, example.classes, {9, 9, 9}, type);
  const Tensor theta = cohort.model.theta_KP;
  const Tensor x = (shared ? cohort.x.slice(0, 0, 1) : cohort.x).contiguous();
  const auto pass = cohort.model.network->direct_pass(theta);
  REQUIRE(pass);
  REQUIRE(pass->fits(9));
  const Outputs ours = pass->forward(theta, x, true, true);

  const Tensor leaf = theta.detach().requires_grad_(true);
  const Outputs plain =
      cohort.model.network->forward(ParameterView(cohort.model.network->layout(), leaf), x,
                                    {.training = true, .want_features = true});
  CHECK(largest_difference(ours.logits_KBC, plain.logits_KBC) < tolerance);
  const Tensor features = plain.features_KBD.expand({3, 9, -1});
  CHECK(largest_difference(ours.features_KBD, features) < tolerance);

  check_backward(*pass, theta, x, leaf, {plain.logits_KBC, features}, cohort.seeds, tolerance);
}

Recipe hundred_steps() {
  Recipe recipe;
  recipe.epochs = 25;
  recipe.batch = 16;
  recipe.lr = 3e-3;
  recipe.weight_decay = 0.01;
  return recipe;
}

}  // namespace

TEST_CASE("direct passes compute what autograd does") {
  for (const Example& example : examples) {
    for (const bool shared : {false, true}) {
      check_pass(example, at::kDouble, 1e-12, shared);
      check_pass(example, at::kFloat, 2e-5, shared);
    }
  }
}

TEST_CASE("a hundred steps on the direct path end where the plain path does") {
  for (const Example& example : examples) {
    CAPTURE(example.name);
    for (const auto& [type, tolerance] :
         {std::pair(at::kDouble, 1e-10), std::pair(at::kFloat, 2e-3)}) {
      const Cohort cohort(example.spec, example.input, example.classes, {64, 64, 50}, type);
      REQUIRE(cohort.model.network->direct_pass(cohort.model.theta_KP));
      Cohort plain = cohort;
      plain.model = recorded(cohort.model);
      REQUIRE_FALSE(plain.model.network->direct_pass(plain.model.theta_KP));
      const Tensor theta = cohort.train(hundred_steps()), expected = plain.train(hundred_steps());
      const double size = expected.abs().max().item<double>();
      CHECK(largest_difference(expected, cohort.model.theta_KP) > 0.05 * size);  // it has moved
      CHECK(largest_difference(theta, expected) < tolerance * size);
      const Tensor ours = predict_logits({cohort.model.network, expected}, cohort.data());
      CHECK(
          largest_difference(ours, predict_logits({plain.model.network, expected}, plain.data())) <
          1e-5 * std::max(1.0, ours.abs().max().item<double>()));
    }
  }
}

TEST_CASE("rows have the same bits alone as in a cohort, also in float32") {
  for (const Example& example : examples) {
    CAPTURE(example.name);
    const Cohort cohort(example.spec, example.input, example.classes, {32, 32, 20}, at::kFloat);
    const Tensor together = cohort.train(hundred_steps());
    for (const std::int64_t row : {0, 2}) {
      CHECK(cohort.rows({row}).train(hundred_steps())[0].equal(together[row]));
    }
  }
}

TEST_CASE("direct passes refuse what does not fit, as the plain path does") {
  const Cohort cohort({.width = 8}, {4}, 3, {10, 10}, at::kFloat);
  const auto train_on = [&](const Model& model, std::int64_t features) {
    return error_of([&] {
      Run run(cohort.seeds);
      train(model, Dataset::own(at::zeros({2, 10, features})), {.epochs = 1}, run,
            cohort.objective());
    });
  };
  for (const std::int64_t features : {2, 5}) {
    const std::string expected =
        "mlp: inputs must be [2 or 1, batch, 4], but are [2, 10, " + std::to_string(features) + "]";
    CHECK(train_on(cohort.model, features) == expected);
    CHECK(train_on(recorded(cohort.model), features) == expected);
    CHECK(error_of([&] {
            predict_logits(cohort.model, Dataset::own(at::zeros({2, 10, features})));
          }) == expected);
  }
  const Model wide{cohort.model.network, at::zeros({2, cohort.model.theta_KP.size(1) + 1})};
  CHECK(train_on(wide, 4) == train_on(recorded(wide), 4));
  CHECK(train_on(wide, 4).find("parameters must be [rows, ") == 0);
}

TEST_CASE("objectives may work on logits in place") {
  const Cohort cohort({.width = 8}, {4}, 3, {20, 20}, at::kDouble);
  const auto in_place = [&](const Model& model) {
    Run run(cohort.seeds);
    return train(model, cohort.data(), {.epochs = 2, .batch = 8}, run,
                 [&](const Batch& batch) {
                   Tensor logits = batch.logits_KBC;
                   logits.div_(2.0);
                   return batch.mean(cross_entropy(logits, batch.gather(cohort.target)) +
                                     batch.features_KBD.square().sum(2));
                 },
                 {.want_features = true})
        .theta_KP;
  };
  CHECK(largest_difference(in_place(cohort.model), in_place(recorded(cohort.model))) < 1e-12);
}

TEST_CASE("a loss of the inputs alone trains nothing, and says so on both paths") {
  const Cohort cohort({.depth = 0}, {4}, 3, {8}, at::kDouble);
  for (const Model& model : {cohort.model, recorded(cohort.model)}) {
    Run run(cohort.seeds);
    const std::string error = error_of([&] {
      train(model, cohort.data(), {.epochs = 1}, run,
            [](const Batch& batch) { return batch.features_KBD.sum({1, 2}); },
            {.want_features = true});
    });
    CHECK(error.find("values without a gradient") != std::string::npos);
  }
}

TEST_CASE("other types keep the recorded path") {
  const Cohort cohort({.width = 8}, {5}, 3, {10}, at::kFloat);
  CHECK_FALSE(cohort.model.network->direct_pass(cohort.model.theta_KP.to(at::kHalf)));
}

TEST_CASE("cross entropy is differentiated twice as plain operations are") {
  const Tensor logits = Streams({1}, "x").normal({4, 5}).requires_grad_(true);
  const Tensor target = at::softmax(Streams({1}, "t").normal({4, 5}), -1);
  const auto second = [&](const Tensor& loss) {
    const Tensor first =
        torch::autograd::grad({loss}, {logits}, {}, true, /*create_graph=*/true)[0];
    return torch::autograd::grad({first.pow(2).sum()}, {logits})[0];
  };
  const Tensor plain = -(target * at::log_softmax(logits, -1)).sum();
  CHECK(largest_difference(second(cross_entropy(logits, target).sum()), second(plain)) < 1e-12);
  // A target that is itself to be differentiated gets its derivative.
  const Tensor free = target.clone().requires_grad_(true);
  const Tensor by_target = torch::autograd::grad({cross_entropy(logits, free).sum()}, {free})[0];
  CHECK(largest_difference(by_target, -at::log_softmax(logits, -1)) < 1e-12);
}
