#include "sdk/internal/batches.h"
#include "sdk/internal/settings.h"
#include "support.h"

#include <cmath>
#include <set>
#include <stdexcept>

using namespace assay;
using namespace assay::testing;

namespace {

Recipe short_recipe(std::int64_t epochs = 2, std::int64_t batch = 16) {
  Recipe recipe;
  recipe.epochs = epochs;
  recipe.batch = batch;
  return recipe;
}

std::string objective_error(const Objective& objective) {
  const Cohort cohort({.width = 4}, {5}, 3, {20, 20});
  Run run(cohort.seeds);
  return error_of(
      [&] { train(cohort.model, cohort.data(), short_recipe(), run, objective); });
}

}  // namespace

TEST_CASE("an epoch sees every sample once, in the stream's order") {
  const Cohort cohort({.width = 4}, {5}, 3, {20, 13});
  Batches batches(cohort.data(), Streams(cohort.seeds, "assay.batches"), 8, 2);
  CHECK(batches.total_steps(0) == 6);
  CHECK(batches.total_steps(1) == 4);
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
    std::vector<std::int64_t> seen;
    for (std::int64_t step = 0; step < 3; ++step) {
      const Batches::Step drawn = batches.at_step({0}, 3 * epoch + step);
      CHECK(drawn.weight_AB.defined() == (step == 2));
      for (std::int64_t b = 0; b < batches.samples(0, step); ++b) {
        seen.push_back(drawn.position_AB[0][b].item<std::int64_t>());
      }
    }
    const Tensor expected =
        Streams(cohort.seeds, "assay.batches").permutation_of_row(0, 20, epoch);
    CHECK(longs(seen, {20}).equal(expected));
  }
}

TEST_CASE("a second training of a run goes through its items in other orders") {
  const Cohort cohort({.width = 4}, {5}, 3, {20, 13});
  std::vector<std::int64_t> seen;
  const Objective objective = [&](const Batch& batch) {
    for (std::int64_t b = 0; b < batch.item_AB.size(1); ++b) {
      if (batch.weight_AB[0][b].item<double>() > 0) {
        seen.push_back(batch.item_AB[0][b].item<std::int64_t>());
      }
    }
    return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(cohort.target)));
  };
  Run run(cohort.seeds);
  for (int training = 0; training < 2; ++training) {
    train(cohort.model, cohort.data(), short_recipe(1, 8), run, objective);
  }
  // The first as ever, the second as the epoch that follows.
  const Streams streams(cohort.seeds, "assay.batches");
  CHECK(longs(seen, {40}).equal(at::cat(
      {streams.permutation_of_row(0, 20, 0), streams.permutation_of_row(0, 20, 1)})));
}

TEST_CASE("short batches are padded with weight zero") {
  const Cohort cohort({.width = 4}, {5}, 3, {20, 13});
  std::vector<double> weights[2];
  const Objective objective = [&](const Batch& batch) {
    CHECK(batch.x.sizes() == at::IntArrayRef({batch.rows_A.size(0), 8, 5}));
    const Tensor padding_AB = batch.weight_AB.eq(0);
    CHECK(batch.item_AB.masked_select(padding_AB).eq(0).all().item<bool>());
    CHECK(batch.share_AB.sum(1).allclose(at::ones({batch.rows_A.size(0)}, at::kDouble)));
    for (std::int64_t a = 0; a < batch.rows_A.size(0); ++a) {
      const auto row = batch.rows_A[a].item<std::int64_t>();
      weights[row].push_back(batch.weight_AB[a].sum().item<double>());
      const double steps = row == 0 ? 3 : 2;
      CHECK(batch.progress_A1[a].item<double>() ==
            Approx(static_cast<double>(batch.step) / steps).margin(1e-15));
      // x is the row's own samples.
      const auto item = batch.item_AB[a][0].item<std::int64_t>();
      CHECK(batch.x[a][0].equal(cohort.x[row][item]));
    }
    return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(cohort.target)));
  };
  Run run(cohort.seeds);
  train(cohort.model, cohort.data(), short_recipe(1, 8), run, objective);
  CHECK(weights[0] == std::vector<double>{8, 8, 4});
  CHECK(weights[1] == std::vector<double>{8, 5});
}

TEST_CASE("a batch larger than the training set is the whole set") {
  const Cohort cohort({.width = 4}, {5}, 3, {20, 13});
  const Tensor large = cohort.train(short_recipe(3, 1000)), exact = cohort.train(short_recipe(3, 20));
  CHECK(large.equal(exact));
  CHECK_FALSE(large.equal(cohort.model.theta_KP));
}

TEST_CASE("training learns: the loss falls to its floor") {
  Cohort cohort({.width = 32, .depth = 1}, {4}, 3, {60, 60}, at::kFloat);
  const Tensor teacher_KFC = Streams(cohort.seeds, "test.teacher").normal({4, 3}).to(at::kFloat);
  cohort.target = at::softmax(at::bmm(cohort.x, teacher_KFC), -1);
  Recipe recipe = short_recipe(200, 16);
  recipe.lr = 1e-2;
  Run run(cohort.seeds);
  cohort.train(recipe, run);
  const Tensor floor_K = (-cohort.target * cohort.target.log()).sum(-1).mean(1);  // entropy
  for (std::int64_t k = 0; k < 2; ++k) {
    const Curve& curve = run.curves(k).at("loss");
    const double excess_first = curve.front().second - floor_K[k].item<double>();
    const double excess_last = curve.back().second - floor_K[k].item<double>();
    CHECK(curve.back().first == 200);
    CHECK(excess_last >= 0);
    CHECK(excess_last < 0.1 * excess_first);
  }
}

TEST_CASE("costs and curves are counted by row") {
  const Cohort cohort({.width = 4, .depth = 1}, {5}, 3, {20, 13});
  std::vector<double> seen;
  Run run(cohort.seeds, [&](double fraction) { seen.push_back(fraction); });
  cohort.train(short_recipe(2, 8), run);
  CHECK(run.costs(0).gradient_samples == 40);
  CHECK(run.costs(1).gradient_samples == 26);
  CHECK(run.costs(1).flops == 26 * 3 * 2 * (5 * 4 + 4 * 3));
  CHECK(run.costs(0).forward_samples == 0);
  CHECK(seen.back() == 1);

  // The first epoch's loss with lr 0 is the mean over all samples, padding left out.
  Recipe still = short_recipe(1, 8);
  still.lr = 0;
  Run other(cohort.seeds);
  const Tensor theta_KP = cohort.train(still, other);
  CHECK(theta_KP.equal(cohort.model.theta_KP));
  const Tensor logits = predict_logits(cohort.model, cohort.data());
  const Tensor loss_KN = cross_entropy(logits, cohort.target);
  CHECK(other.curves(0).at("loss").front().second == Approx(loss_KN[0].mean().item<double>()));
  CHECK(other.curves(1).at("loss").front().second ==
        Approx(loss_KN[1].slice(0, 0, 13).mean().item<double>()));
  // A further training continues the curve.
  cohort.train(still, other);
  CHECK(other.curves(0).at("loss").back().first == 2);
}

TEST_CASE("a hook may keep gradients: later steps leave them, and views of them, as they were") {
  const Cohort cohort({.width = 4, .depth = 1}, {5}, 3, {20, 20});
  std::vector<Tensor> kept, copies;
  Hooks hooks;
  hooks.after_backward = [&](const Batch& batch, const Tensor&, Tensor& gradient_AP) {
    if (batch.step % 3 == 2) return;  // and the next step's may be in its place
    kept.push_back(batch.step % 3 == 0 ? gradient_AP : gradient_AP.select(0, 1));
    copies.push_back(kept.back().clone());
  };
  Run run(cohort.seeds);
  cohort.train(short_recipe(4, 8), run, hooks);
  REQUIRE(kept.size() > 4);
  for (std::size_t i = 0; i < kept.size(); ++i) CHECK(kept[i].equal(copies[i]));
}

TEST_CASE("hooks act inside the loop") {
  const Cohort cohort({.width = 4, .depth = 1}, {5}, 3, {20, 20});
  const Slice& head = cohort.model.network->layout().at("head.weight");
  Hooks hooks;
  hooks.want_features = true;
  std::int64_t steps = 0;
  hooks.after_backward = [&](const Batch& batch, const Tensor&, Tensor& gradient_AP) {
    CHECK(batch.features_KBD.sizes() == at::IntArrayRef({2, 16, 4}));
    gradient_AP.narrow(1, head.offset, head.size).zero_();
  };
  hooks.after_step = [&](const Batch&, Tensor& theta_AP) {
    ++steps;
    theta_AP.clamp_(-0.3, 0.3);
  };
  Recipe recipe = short_recipe(2, 16);
  recipe.optimizer = "sgd";
  recipe.lr = 1;
  Run run(cohort.seeds);
  Cohort start = cohort;
  start.model.theta_KP = cohort.model.theta_KP.clamp(-0.3, 0.3);
  const Tensor theta_KP = start.train(recipe, run, hooks);
  CHECK(steps == 4);
  CHECK(theta_KP.abs().max().item<double>() == 0.3);
  CHECK(theta_KP.narrow(1, head.offset, head.size)
            .equal(start.model.theta_KP.narrow(1, head.offset, head.size)));
}

TEST_CASE("a row's gradient is clipped by its own norm") {
  const Cohort cohort({.width = 4}, {5}, 3, {16, 16});
  Recipe recipe = short_recipe(1, 16);
  recipe.optimizer = "sgd";
  recipe.lr = 1;
  recipe.clip = 1e-3;
  const Tensor moved_K = (cohort.train(recipe) - cohort.model.theta_KP).norm(2, 1);
  CHECK(largest_difference(moved_K, at::full({2}, 1e-3, at::kDouble)) < 2e-5);
}

TEST_CASE("an objective's answer is checked") {
  const std::string expected =
      "train: the objective must return one loss for each active row, a floating-point tensor [2], "
      "but returned ";
  CHECK(objective_error([](const Batch& b) { return b.logits_KBC.sum(); }) ==
        expected + "a tensor [] of Double");
  CHECK(objective_error([](const Batch& b) { return b.logits_KBC.sum(2); }) ==
        expected + "a tensor [2, 16] of Double");
  CHECK(objective_error([](const Batch& b) { return b.logits_KBC.argmax(2).sum(1); }) ==
        expected + "a tensor [2] of Long");
  CHECK(objective_error([](const Batch&) { return Tensor(); }) == expected + "nothing");
  CHECK(objective_error([](const Batch& b) { return b.logits_KBC.detach().sum({1, 2}); }) ==
        expected + "values without a gradient: compute the loss from the batch's logits");
  CHECK(objective_error([](const Batch& b) {
          return at::ones({2}, b.x.options()).requires_grad_(true);
        }) == "train: the objective's loss does not depend on the batch's logits or features");
  CHECK(objective_error([](const Batch& b) { return b.mean(b.logits_KBC); }) ==
        "Batch::mean: expected [2, 16], one value a sample, got [2, 16, 3]");
  CHECK(objective_error([](const Batch& b) { return b.gather(at::zeros({2, 7})); }) ==
        "Batch::gather: expected [2, 20, ...], one entry an item of the training set, got [2, 7]");
  CHECK(objective_error([](const Batch& b) { return b.row(at::zeros({3})); }) ==
        "Batch::row: expected [2, ...], one entry a row of the cohort, got [3]");
}

TEST_CASE("exceptions of an objective pass through") {
  const Cohort cohort({.width = 4}, {5}, 3, {20, 20});
  Run run(cohort.seeds);
  const Objective objective = [](const Batch&) -> Tensor { throw std::domain_error("mine"); };
  CHECK_THROWS_AS(train(cohort.model, cohort.data(), short_recipe(), run, objective),
                  std::domain_error);
}

TEST_CASE("what does not fit is refused") {
  const Cohort cohort({.width = 4}, {5}, 3, {20, 20});
  const auto refused = [&](const Recipe& recipe) {
    return error_of([&] { cohort.train(recipe); });
  };
  Recipe recipe;
  recipe.batch = 0;
  CHECK(refused(recipe) == "recipe: batch must be at least 1, but is 0");
  recipe = {};
  recipe.optimizer = "adam";
  CHECK(refused(recipe) ==
        "recipe: there is no optimizer 'adam' (did you mean 'adamw'?); known are adamw, sgd");
  recipe = {};
  recipe.lr = std::nan("");
  CHECK(refused(recipe) == "recipe: lr must not be negative, but is nan");
  recipe = {};
  recipe.lr_K1 = at::zeros({3, 1});
  CHECK(refused(recipe) == "recipe: lr_K1 must be [2, 1], but is [3, 1]");
  Run run({1, 2, 3});
  CHECK(error_of([&] { cohort.train({}, run); }) ==
        "train: the model has 2 rows, the training set 2, and the run 3");

  const Cohort empty({.width = 4}, {5}, 3, {20, 0});
  Run empty_run(empty.seeds);
  empty.train({}, empty_run);
  CHECK(empty_run.failure(1) == "it has no samples to train on");
  CHECK_FALSE(empty_run.failed(0));
}

TEST_CASE("settings and types are each other's inverse") {
  Recipe recipe;
  recipe.epochs = 3;
  recipe.schedule = "linear";
  const std::vector<ParameterSpec> specs = recipe_settings(recipe);
  CHECK(check_settings({{"lr", 0.5}, {"momentum", 0.9}}, specs).empty());
  const Recipe read = recipe_from(resolve_settings({{"lr", 0.5}}, specs));
  CHECK(read.epochs == 3);
  CHECK(read.schedule == "linear");
  CHECK(read.lr == 0.5);
  CHECK(check_settings({{"optimizer", "adam"}}, specs).size() == 1);

  const std::vector<ParameterSpec> network = {network_setting("model")};
  const Json resolved = resolve_settings({{"model", {{"arch", "cnn"}}}}, network);
  CHECK(network_spec(resolved["model"]).arch == "cnn");
  CHECK(network_spec(resolved["model"]).width == 16);
}
