// latent_tasks: the distribution that its definition states, and what a seed redraws.
#include "sdk/families/weak_to_strong/tasks/latent_tasks.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/streams.h>
#include <catch2/catch.hpp>

namespace assay::weak_to_strong::test {
namespace {

const Sizes sizes = {
    .pretrain = 300, .labels = 64, .transfer = 2000, .validation = 100, .test = 2000};

std::unique_ptr<Task> latent(double noise = 2) {
  return latent_tasks().make({{"dimension", 128}, {"latent", 8}, {"noise", noise}}, sizes, 0);
}

Tensor x(const Task& task, Split split, const Seeds& seeds) {
  return task.inputs(split, View::strong, seeds).slice(0, sizes.of(split));
}

}  // namespace

TEST_CASE("latent_tasks: inputs have the stated variance") {
  // A has variance 1/8, so (A z)_j has variance 8 * 1/8 = 1 on average over A; noise 2 adds 4.
  const Seeds seeds = {0, 1, 2, 3};
  CHECK(x(*latent(), Split::transfer, seeds).var().item<double>() == Approx(5).epsilon(0.03));
  const Tensor clean = x(*latent(0), Split::transfer, seeds);
  CHECK(clean.var().item<double>() == Approx(1).epsilon(0.1));
  // Without noise the inputs lie in a space of 8 dimensions.
  const Tensor values = at::linalg_svdvals(clean[0]);
  CHECK(values[7].item<double>() > 1);
  CHECK(values[8].item<double>() < 1e-2);
}

TEST_CASE("latent_tasks: the label is a half space of the latent, so linear in clean inputs") {
  const auto task = latent(0);
  const Tensor inputs = x(*task, Split::transfer, {5})[0];
  const Tensor label = task->truth()->labels_KN(Split::transfer, {5})[0];
  CHECK(label.to(at::kDouble).mean().item<double>() == Approx(0.5).margin(0.05));
  // Least squares to the signs finds a direction near w; test items follow the same one.
  const Tensor sign = label.to(at::kFloat).mul(2).sub(1).unsqueeze(1);
  const Tensor w = at::linalg_pinv(inputs, 1e-4).matmul(sign);
  const Tensor guess = x(*task, Split::test, {5})[0].matmul(w).squeeze(1).gt(0).to(at::kLong);
  const Tensor truth = task->truth()->labels_KN(Split::test, {5})[0];
  CHECK(guess.eq(truth).to(at::kDouble).mean().item<double>() > 0.95);
}

TEST_CASE("latent_tasks: a seed redraws everything and depends on no other") {
  const auto task = latent();
  const Tensor together = x(*task, Split::test, {4, 9});
  CHECK(at::equal(together[1], x(*task, Split::test, {9})[0]));
  CHECK_FALSE(at::allclose(together[0], together[1]));
  // Splits are drawn apart.
  CHECK_FALSE(at::equal(x(*task, Split::validation, {4})[0].narrow(0, 0, 64),
                        x(*task, Split::labels, {4})[0]));
  const auto truth = task->truth();
  CHECK_FALSE(at::equal(truth->labels_KN(Split::test, {4}), truth->labels_KN(Split::test, {9})));
  const Tensor answers = truth->pretraining_KNT(48, {4, 9});
  REQUIRE(answers.sizes() == at::IntArrayRef{2, 300, 48});
  CHECK(answers.mean().item<double>() == Approx(0.5).margin(0.05));
  CHECK_FALSE(task->codes_KCT(48, {4}).defined());
}

TEST_CASE("latent_tasks: the truth cannot be drawn from streams of a name that can be guessed") {
  const Tensor truth = latent()->truth()->labels_KN(Split::test, {5})[0];
  for (const std::string prefix : {"", "assay.", "latent_tasks."}) {
    const auto draw = [&](const std::string& purpose, at::IntArrayRef shape) {
      return Streams({5}, prefix + purpose).normal(shape)[0].to(at::kFloat);
    };
    const Tensor guess =
        draw("latent.test", {2000, 8}).matmul(draw("direction", {8, 1})).squeeze(1).gt(0);
    CHECK(guess.eq(truth).to(at::kDouble).mean().item<double>() == Approx(0.5).margin(0.1));
  }
}

TEST_CASE("latent_tasks: has no views") {
  CHECK(error_of([] {
          latent_tasks().make({{"dimension", 4}, {"latent", 2}, {"noise", 1.0}}, sizes, 14);
        }) == "weak.view is 14: latent_tasks has no views, leave the setting out");
}

}  // namespace assay::weak_to_strong::test
