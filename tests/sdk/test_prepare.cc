// A training of so many steps, and the hook that appends samples to a batch.
#include "sdk/internal/batches.h"
#include "support.h"

#include <set>

using namespace assay;
using namespace assay::testing;

namespace {

Recipe steps_of(std::int64_t steps, std::int64_t batch) {
  Recipe recipe;
  recipe.optimizer = "sgd";
  recipe.schedule = "constant";
  recipe.lr = 0.1;
  recipe.batch = batch;
  recipe.steps = steps;
  return recipe;
}

// Appends the first item of every active row, as often as it says.
Hooks appending(const Cohort& cohort, std::int64_t times) {
  Hooks hooks;
  hooks.prepare = [&cohort, times](Batch& batch) {
    const Tensor first_AMD =
        batch.row(cohort.x).narrow(1, 0, 1).expand({batch.x.size(0), times, batch.x.size(2)});
    batch.x = at::cat({batch.x, first_AMD}, 1);
    batch.weight_AB = at::constant_pad_nd(batch.weight_AB, {0, times}, 1);
    batch.share_AB = batch.weight_AB / batch.weight_AB.sum(1, true);
  };
  return hooks;
}

}  // namespace

TEST_CASE("steps stand in place of epochs, also where an epoch is cut short") {
  const Cohort cohort({.width = 4}, {5}, 3, {20, 13});
  Recipe recipe = steps_of(7, 8);
  recipe.epochs = 100;
  std::set<std::int64_t> steps;
  double last_progress = 0;
  Run run(cohort.seeds);
  const Objective plain = cohort.objective();
  train(cohort.model, cohort.data(), recipe, run, [&](const Batch& batch) {
    CHECK(batch.rows_A.size(0) == 2);  // rows of other sizes have as many steps
    steps.insert(batch.step);
    last_progress = batch.progress_A1.max().item<double>();
    return plain(batch);
  });
  CHECK(steps == std::set<std::int64_t>{0, 1, 2, 3, 4, 5, 6});
  CHECK(last_progress == Approx(6.0 / 7));
  // Row 0 has 8 + 8 + 4 samples an epoch, row 1 8 + 5: seven steps are 48 and 47 samples.
  CHECK(run.costs(0).gradient_samples == 48);
  CHECK(run.costs(1).gradient_samples == 47);
  // The part of the third epoch, or fourth, is a point of the curve too.
  const Curve& loss = run.curves(0).at("loss");
  REQUIRE(loss.size() == 3);
  CHECK(loss.back().first == 3);
  CHECK(run.curves(1).at("loss").back().first == 4);
}

TEST_CASE("a training cut short is the beginning of a longer one") {
  const Cohort cohort({.width = 4}, {5}, 3, {20});
  Recipe two_epochs = steps_of(0, 8);
  two_epochs.epochs = 2;
  CHECK(cohort.train(steps_of(6, 8)).equal(cohort.train(two_epochs)));
  std::vector<Tensor> after;
  Hooks hooks;
  hooks.after_step = [&](const Batch&, Tensor& theta_AP) { after.push_back(theta_AP.clone()); };
  Run run(cohort.seeds);
  cohort.train(two_epochs, run, hooks);
  CHECK(cohort.train(steps_of(4, 8)).equal(after.at(3)));
}

TEST_CASE("the curve's last point is the mean over what was trained of its epoch") {
  const Cohort cohort({.width = 4}, {5}, 3, {20});
  std::vector<double> losses;
  Run run(cohort.seeds);
  const Objective plain = cohort.objective();
  train(cohort.model, cohort.data(), steps_of(4, 8), run, [&](const Batch& batch) {
    const Tensor loss_A = plain(batch);
    losses.push_back(loss_A.item<double>());
    return loss_A;
  });
  const Curve& curve = run.curves(0).at("loss");
  REQUIRE(curve.size() == 2);
  CHECK(curve[0].second == Approx((8 * losses[0] + 8 * losses[1] + 4 * losses[2]) / 20));
  CHECK(curve[1].second == Approx(losses[3]));
}

TEST_CASE("appended samples go forward and backward like the others") {
  const Cohort cohort({.width = 4}, {5}, 3, {8, 8});
  const Tensor& x = cohort.x;
  const Tensor first_target = cohort.target.narrow(1, 0, 1);
  const Objective both = [&](const Batch& batch) {
    CHECK(batch.logits_KBC.size(1) == 11);
    const Tensor target = at::cat({batch.gather(cohort.target), first_target.expand({2, 3, 3})}, 1);
    return batch.mean(cross_entropy(batch.logits_KBC, target));
  };
  Run run(cohort.seeds);
  const Tensor theta =
      train(cohort.model, cohort.data(), steps_of(1, 8), run, both, appending(cohort, 3)).theta_KP;
  CHECK(run.costs(0).gradient_samples == 11);
  CHECK(run.costs(0).flops == Approx(3 * cohort.model.network->forward_flops() * 11));

  // The same by a data set that holds the first item four times.
  Cohort repeated = cohort;
  repeated.x = at::cat({x, x.narrow(1, 0, 1).expand({2, 3, 5})}, 1);
  repeated.target = at::cat({cohort.target, first_target.expand({2, 3, 3})}, 1);
  repeated.items_KN = at::arange(11).unsqueeze(0).repeat({2, 1});
  CHECK(largest_difference(theta, repeated.train(steps_of(1, 11))) < 1e-12);
}

TEST_CASE("with appended samples K together is K alone") {
  const Cohort cohort({.width = 4}, {5}, 3, {20, 13});
  const auto fit = [](const Cohort& of) {
    Run run(of.seeds);
    return train(
               of.model, of.data(), steps_of(5, 8), run,
               [&](const Batch& batch) {
                 const Tensor log_p = batch.logits_KBC.log_softmax(2);
                 return batch.mean(-log_p.select(2, 1));
               },
               appending(of, 2))
        .theta_KP;
  };
  const Tensor together = fit(cohort);
  CHECK(largest_difference(together[1], fit(cohort.rows({1}))[0]) < 1e-12);
}

TEST_CASE("a hook that breaks the batch is told so") {
  const Cohort cohort({.width = 4}, {5}, 3, {8});
  Hooks hooks;
  hooks.prepare = [](Batch& batch) { batch.x = at::cat({batch.x, batch.x}, 1); };
  Run run(cohort.seeds);
  CHECK(error_of([&] { cohort.train(steps_of(1, 8), run, hooks); }) ==
        "train: the hook `prepare` may append samples to x, weight_AB and share_AB alike, but made "
        "them [1, 16, 5], [1, 8] and [1, 8] of inputs [1, 8, 5]");
  hooks.prepare = [](Batch& batch) { batch.x = batch.x.narrow(1, 0, 4); };
  CHECK_THROWS_AS(cohort.train(steps_of(1, 8), run, hooks), Error);
}
