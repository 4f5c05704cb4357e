// The promise of the engine: a cohort of K is K cohorts of one, and rows do not mix.
#include "support.h"

#include <cmath>
#include <limits>

using namespace assay;
using namespace assay::testing;

namespace {

Recipe adamw() {
  Recipe recipe;
  recipe.epochs = 4;
  recipe.batch = 16;
  recipe.lr = 3e-3;
  recipe.warmup = 0.1;
  recipe.weight_decay = 0.05;
  return recipe;
}

Recipe sgd() {
  Recipe recipe = adamw();
  recipe.optimizer = "sgd";
  recipe.lr = 0.05;
  recipe.momentum = 0.9;
  recipe.clip = 0.05;
  return recipe;
}

}  // namespace

TEST_CASE("a cohort of K equals K cohorts of one") {
  struct Case {
    NetworkSpec spec;
    std::vector<std::int64_t> input;
  };
  const Case cases[] = {{{.arch = "mlp", .width = 12, .depth = 2}, {7}},
                        {{.arch = "cnn", .width = 3}, {6, 6}}};
  for (const Case& c : cases) {
    for (const Recipe& recipe : {adamw(), sgd()}) {
      // Ragged: epochs of 4, 3, 5 and 1 steps, so rows leave at steps 4, 12, 16 and 20.
      const Cohort cohort(c.spec, c.input, 3, {50, 37, 65, 9});
      Run run(cohort.seeds);
      const Tensor together_KP = cohort.train(recipe, run);
      for (std::int64_t k = 0; k < 4; ++k) {
        INFO(c.spec.arch << " " << recipe.optimizer << " row " << k);
        const Cohort single = cohort.rows({k});
        Run single_run(single.seeds);
        const Tensor alone_P = single.train(recipe, single_run)[0];
        CHECK(largest_difference(together_KP[k], alone_P) < 1e-10);
        CHECK(largest_difference(alone_P, single.model.theta_KP[0]) > 1e-3);  // it did train
        CHECK(run.costs(k).gradient_samples == single_run.costs(0).gradient_samples);
        const Curve& curve = run.curves(k).at("loss");
        const Curve& single_curve = single_run.curves(0).at("loss");
        REQUIRE(curve.size() == 4);
        for (std::size_t epoch = 0; epoch < 4; ++epoch) {
          CHECK(curve[epoch].first == single_curve[epoch].first);
          CHECK(curve[epoch].second == Approx(single_curve[epoch].second).epsilon(1e-9));
        }
      }
    }
  }
}

TEST_CASE("rows do not mix: other rows' data change no bit") {
  for (const auto type : {at::kFloat, at::kDouble}) {
    const Cohort cohort({.width = 16}, {7}, 3, {50, 50, 30}, type);
    Cohort changed = cohort;
    changed.x = cohort.x.clone();
    changed.x[1].mul_(-3);
    changed.target = cohort.target.clone();
    changed.target[1].copy_(cohort.target[2]);
    const Tensor a = cohort.train(adamw()), b = changed.train(adamw());
    CHECK(a[0].equal(b[0]));
    CHECK_FALSE(a[1].equal(b[1]));
    CHECK(a[2].equal(b[2]));
  }
}

TEST_CASE("two runs give the same bits") {
  const Cohort cohort({.arch = "cnn", .width = 4}, {8, 8}, 3, {50, 40}, at::kFloat);
  CHECK(cohort.train(adamw()).equal(cohort.train(adamw())));
}

TEST_CASE("a row that diverges fails alone") {
  const Cohort cohort({.width = 16}, {7}, 3, {50, 50, 30}, at::kFloat);
  Recipe recipe = adamw();
  recipe.warmup = 0;
  recipe.lr_K1 = at::tensor({3e-3, 1e30, 3e-3}, at::kDouble).unsqueeze(1);
  Run run(cohort.seeds);
  const Tensor theta_KP = cohort.train(recipe, run);
  CHECK(run.failure(1) == "loss became non-finite at epoch 1 (step 2)");
  CHECK(theta_KP[1].equal(cohort.model.theta_KP[1]));
  CHECK(run.curves(1).empty());
  CHECK_FALSE(run.failed(0));
  CHECK_FALSE(run.failed(2));

  recipe.lr_K1 = Tensor();
  recipe.lr = 3e-3;
  const Tensor others_AP = cohort.rows({0, 2}).train(recipe);
  CHECK(largest_difference(theta_KP[0], others_AP[0]) < 1e-5);
  CHECK(largest_difference(theta_KP[2], others_AP[1]) < 1e-5);
}

TEST_CASE("a bad sample fails its row when it is first seen") {
  Cohort cohort({.width = 16}, {7}, 3, {50, 50, 30});
  cohort.x[1][5].fill_(std::numeric_limits<double>::quiet_NaN());
  const Tensor order_N = Streams(cohort.seeds, "assay.batches").permutation_of_row(1, 50, 0);
  const auto place = order_N.eq(5).nonzero().item<std::int64_t>();
  Run run(cohort.seeds);
  const Tensor theta_KP = cohort.train(adamw(), run);
  CHECK(run.failure(1) == "loss became non-finite at epoch 1 (step " +
                              std::to_string(place / 16 + 1) + ")");
  const Tensor others_AP = cohort.rows({0, 2}).train(adamw());
  CHECK(largest_difference(theta_KP[0], others_AP[0]) < 1e-10);
  CHECK(largest_difference(theta_KP[2], others_AP[1]) < 1e-10);

  // A second training leaves the failed row out.
  const std::int64_t before = run.costs(1).gradient_samples;
  const Tensor again_KP = cohort.train(adamw(), run);
  CHECK(again_KP[1].equal(cohort.model.theta_KP[1]));
  CHECK(run.costs(1).gradient_samples == before);
  const Cohort others = cohort.rows({0, 2});
  Run others_run(others.seeds);
  others.train(adamw(), others_run);
  CHECK(largest_difference(again_KP[0], others.train(adamw(), others_run)[0]) < 1e-10);
}

TEST_CASE("a gradient that is not finite fails its row, also at the last step") {
  const Cohort cohort({.width = 4}, {7}, 3, {10, 10});
  // sqrt(0) is finite, its derivative is not; row 0 has none of it.
  const Objective objective = [&](const Batch& batch) {
    const Tensor zero_A = batch.row(at::tensor({1.0, 0.0}, at::kDouble));
    return (batch.logits_KBC.square().sum({1, 2}) * zero_A).sqrt();
  };
  Recipe recipe;
  recipe.epochs = 1;
  Run run(cohort.seeds);
  train(cohort.model, cohort.data(), recipe, run, objective);
  CHECK_FALSE(run.failed(0));
  CHECK(run.failure(1) == "parameters became non-finite at the last step (step 1)");

  recipe.epochs = 3;
  Run longer(cohort.seeds);
  train(cohort.model, cohort.data(), recipe, longer, objective);
  CHECK(longer.failure(1) == "loss became non-finite at epoch 2 (step 2)");
}

TEST_CASE("each row has its own learning rate") {
  const Cohort cohort({.width = 16}, {7}, 3, {40, 40, 40});
  Recipe recipe = sgd();
  recipe.lr_K1 = at::tensor({0.05, 0.0, 0.01}, at::kDouble).unsqueeze(1);
  const Tensor theta_KP = cohort.train(recipe);
  CHECK(theta_KP[1].equal(cohort.model.theta_KP[1]));
  for (const std::int64_t k : {0, 2}) {
    Recipe single = sgd();
    single.lr = k == 0 ? 0.05 : 0.01;
    CHECK(largest_difference(theta_KP[k], cohort.rows({k}).train(single)[0]) < 1e-10);
  }
}
