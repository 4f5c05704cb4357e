#include "sdk/internal/optimizer.h"
#include "support.h"

using namespace assay;
using namespace assay::testing;

namespace {

// Two steps of one parameter with the gradients .5 and -.25, lr .1.
std::pair<double, double> two_steps(const Recipe& recipe, at::ScalarType type, bool fused) {
  Tensor theta = at::ones({1, 1}, type);
  Optimizer optimizer(recipe, theta, fused);
  optimizer.step(theta, at::full({1, 1}, 0.5, type), {0.1});
  const double first = theta.item<double>();
  optimizer.step(theta, at::full({1, 1}, -0.25, type), {0.1});
  return {first, theta.item<double>()};
}

}  // namespace

TEST_CASE("AdamW follows torch's documented formula") {
  // By hand: decay .1 * .1; step 1: 1 * .99 - .1 * .5 / .5. Step 2: m = .02 / .19,
  // v = .00031225 / .001999, so .89 * .99 - .1 * .1052632 / .3952256.
  Recipe recipe;
  recipe.weight_decay = 0.1;
  for (const bool fused : {false, true}) {
    const auto [first, second] = two_steps(recipe, at::kFloat, fused);
    CHECK(first == Approx(0.89).epsilon(1e-6));
    CHECK(second == Approx(0.8544662987).epsilon(1e-6));
  }
  const auto [first, second] = two_steps(recipe, at::kDouble, true);
  CHECK(first == Approx(0.89).epsilon(1e-8));
  CHECK(second == Approx(0.8544662987).epsilon(1e-8));
}

TEST_CASE("SGD has heavy-ball momentum and decoupled decay") {
  Recipe recipe;
  recipe.optimizer = "sgd";
  recipe.weight_decay = 0.1;
  for (const bool fused : {false, true}) {
    recipe.momentum = 0.9;
    auto [first, second] = two_steps(recipe, at::kFloat, fused);
    CHECK(first == Approx(0.94));     // 1 * .99 - .1 * .5
    CHECK(second == Approx(0.9106));  // .94 * .99 - .1 * (.45 - .25)
    recipe.momentum = 0;
    std::tie(first, second) = two_steps(recipe, at::kFloat, fused);
    CHECK(first == Approx(0.94));
    CHECK(second == Approx(0.9556));  // .94 * .99 + .1 * .25
  }
}

TEST_CASE("the fused passes agree with plain tensor operations") {
  for (const char* rule : {"adamw", "sgd"}) {
    Recipe recipe;
    recipe.optimizer = rule;
    recipe.weight_decay = 0.01;
    recipe.momentum = 0.9;
    const Streams streams({1, 2, 3}, "optimizer");
    Tensor fused_KP = streams.normal({1003}).to(at::kFloat);  // no multiple of a vector's length
    Tensor plain_KP = fused_KP.clone();
    Optimizer fused(recipe, fused_KP, true), plain(recipe, plain_KP, false);
    for (std::int64_t step = 0; step < 20; ++step) {
      const Tensor gradient_KP = streams.normal({1003}, step + 1).to(at::kFloat);
      const std::vector<double> lr_K = {1e-3, 1e-2, 0};
      fused.step(fused_KP, gradient_KP, lr_K);
      plain.step(plain_KP, gradient_KP, lr_K);
    }
    // Values up to 4 have an ulp of 4.8e-7; two roundings in each of 20 steps stay below this.
    CHECK(largest_difference(fused_KP, plain_KP) < 1e-5);
    CHECK(largest_difference(fused_KP[2], streams.normal({1003})[2].to(at::kFloat)) == 0);
  }
}

TEST_CASE("rows that stay keep their moments and step counts") {
  Recipe recipe;
  const Streams streams({1, 2, 3}, "optimizer");
  Tensor all_KP = streams.normal({50}).to(at::kFloat);
  Tensor last_AP = all_KP.slice(0, 2, 3).clone();
  Optimizer all(recipe, all_KP), last(recipe, last_AP);
  for (std::int64_t step = 1; step < 8; ++step) {
    if (step == 4) {
      all.keep_rows({2});
      all_KP = all_KP.slice(0, 2, 3).clone();
    }
    const Tensor gradient_KP = streams.normal({50}, step).to(at::kFloat);
    const Tensor last_gradient_AP = gradient_KP.slice(0, 2, 3).contiguous();
    all.step(all_KP, step < 4 ? gradient_KP : last_gradient_AP,
             std::vector<double>(step < 4 ? 3 : 1, 1e-2));
    last.step(last_AP, last_gradient_AP, {1e-2});
  }
  CHECK(all_KP.equal(last_AP));
}

TEST_CASE("schedules are pure functions of the step") {
  CHECK(schedule_factor("constant", 0, 7, 10) == 1);
  CHECK(schedule_factor("linear", 0, 0, 10) == 1);
  CHECK(schedule_factor("linear", 0, 9, 10) == Approx(0.1));
  CHECK(schedule_factor("cosine", 0, 0, 4) == 1);
  CHECK(schedule_factor("cosine", 0, 1, 4) == Approx(0.8535533906));  // (1 + cos 45 deg) / 2
  CHECK(schedule_factor("cosine", 0, 2, 4) == Approx(0.5));
  CHECK(schedule_factor("cosine", 0, 3, 4) == Approx(0.1464466094));
  // Two of ten steps rise, the other eight fall.
  CHECK(schedule_factor("cosine", 0.2, 0, 10) == Approx(0.5));
  CHECK(schedule_factor("cosine", 0.2, 1, 10) == 1);
  CHECK(schedule_factor("cosine", 0.2, 2, 10) == 1);
  CHECK(schedule_factor("cosine", 0.2, 6, 10) == Approx(0.5));
  CHECK(schedule_factor("linear", 0.2, 6, 10) == Approx(0.5));
  CHECK(schedule_factor("constant", 1, 9, 10) == 1);
  CHECK(error_of([] { schedule_factor("cosin", 0, 1, 10); }) ==
        "recipe: there is no schedule 'cosin' (did you mean 'cosine'?); known are constant, linear, "
        "cosine");
}
