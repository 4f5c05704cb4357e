// Games of pixels: judges with a bias for an order, convolutional judges, and the pictures that
// methods practise on.
#include "sdk/families/debate/tasks/pixels.h"
#include "sdk/families/debate/settings.h"
#include "sdk/families/debate/tasks/tasks.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>

namespace assay::debate::test {
namespace {

Json small_glyphs(double order) {
  return {{"task", {{"use", "glyphs"}, {"questions", 30}, {"training", 1000}, {"order", order}}},
          {"turns", 4},
          {"against", "one"},
          {"budget", 200},
          {"pool", "greedy"},
          {"train", {{"epochs", 3}}}};
}

std::unique_ptr<Task> task_of(const Json& given) {
  return read_settings(resolved(given)).make_task();
}

/// Whether a picture of row 0 of `one` is among those of `other`, [K, N, V].
bool shared_pictures(const Tensor& one, const Tensor& other) {
  return at::cdist(one[0].to(at::kDouble), other[0].to(at::kDouble)).lt(1e-4).any().item<bool>();
}

}  // namespace

TEST_CASE("pixels: an order bias weighs what is there by its turn, as the plain planes say") {
  const Seeds seeds = {3, 4};
  Model model;
  model.network = make_network({.arch = "mlp", .width = 9, .depth = 1}, {2, 4, 4}, 5);
  model.theta_KP = initial_parameters(model.network->layout(), Streams(seeds, "init"));
  const Board board{longs({0}), Streams(seeds, "x").uniform({1, 16}).to(at::kFloat)};
  const Tensor place_KGMT = longs({7, 2, 11}).view({1, 1, 1, 3}).expand({2, 1, 1, 3}).contiguous();
  // Weights .5, 1 and 1.5 of the three reveals; that there was a reveal weighs the same.
  Tensor planes = at::zeros({2, 1, 2, 16});
  for (const auto& [place, weight] : {std::pair{7, .5}, {2, 1.}, {11, 1.5}}) {
    planes.select(3, place).select(2, 0).fill_(1);
    planes.select(3, place).select(2, 1).copy_(board.value_KGV.select(2, place) * weight);
  }
  const ParameterView parameters(model.network->layout(), model.theta_KP);
  const Tensor expected =
      model.network->forward(parameters, planes.view({2, 1, 2, 4, 4}), {}).logits_KBC;
  const Tensor plain = plain_network_judge(model, {2, 4, 4}, 0.5)->logits(board, place_KGMT);
  const Tensor sparse = sparse_judge(model, 0.5)->logits(board, place_KGMT);
  CHECK(at::allclose(plain.select(2, 0), expected, 1e-5, 1e-6));
  CHECK(at::allclose(sparse, plain, 1e-4, 1e-5));
  CHECK_FALSE(at::allclose(sparse_judge(model)->logits(board, place_KGMT), sparse, 1e-4, 1e-5));
}

TEST_CASE("pixels: judges of any order learn the same, and the favoured mover wins more often") {
  const Benchmark late(small_glyphs(0.9), {0, 1}), early(small_glyphs(-0.9), {0, 1});
  CHECK(late.expansion().at("stages") == early.expansion().at("stages"));
  const auto last_mover = [](const Benchmark& benchmark) {
    double sum = 0;
    for (const RowOutcome& row : benchmark.method(plugin_method("greedy"))) {
      REQUIRE(row.failure.empty());
      sum += metric(row, "last_mover");
    }
    return sum / 2;
  };
  CHECK(last_mover(late) > 0);
  CHECK(last_mover(early) < 0);
}

TEST_CASE("pixels: a convolutional judge learns and plays through") {
  Json given = small_glyphs(0.3);
  given["judge"] = {{"arch", "cnn"}, {"width", 4}};
  const Benchmark benchmark(given, {0});
  for (const RowOutcome& row : benchmark.reference("expert")) {
    CHECK(metric(row, "accuracy_all") > 0.4);
  }
  for (const RowOutcome& row : benchmark.method(plugin_method("greedy"))) {
    REQUIRE(row.failure.empty());
    CHECK(metric(row, "forfeits") == 0);
    CHECK(metric(row, "honest_win_single") > metric(row, "consultancy") - 0.2);
    CHECK(row.result.at("counts").at("parameters") == benchmark.expansion().at("parameters"));
  }
}

TEST_CASE("pixels: pictures to practise on are others than those that are scored") {
  const Seeds seeds = {0, 1};
  const StageReader stages({}, seeds);
  const Place place{seeds, stages, at::kCPU};
  const auto pictures_of = [&](const Task& task) { return task.make_questions(place).value_KNV; };

  const auto glyphs = task_of(small_glyphs(0));
  const auto practice = glyphs->practice(40);
  CHECK(pictures_of(*practice).sizes() == at::IntArrayRef({2, 40, 196}));
  CHECK(practice->truth_KN(place).size(1) == 40);
  CHECK(shared_pictures(pictures_of(*glyphs), pictures_of(*glyphs)));
  CHECK_FALSE(shared_pictures(pictures_of(*practice), pictures_of(*glyphs)));
  CHECK_FALSE(at::equal(pictures_of(*practice)[0], pictures_of(*practice)[1]));

  Json given = small_glyphs(0);
  given["task"] = {{"use", "fashion_mnist"}, {"questions", 50}, {"training", 300}};
  const auto clothes = task_of(given);
  const Tensor own = pictures_of(*clothes->practice(200));
  CHECK_FALSE(shared_pictures(own, pictures_of(*clothes)));
  // All of the training images but those that the judge has learned from.
  const Tensor all = pictures_of(*clothes->practice(60000 - 300));
  given["task"]["questions"] = 10000;
  const Tensor test = pictures_of(*task_of(given));
  CHECK_FALSE(at::cdist(own[0].narrow(0, 0, 20), test[0]).lt(1e-4).any().item<bool>());
  CHECK(at::equal(own, all.narrow(1, 60000 - 300 - 200, 200)));
}

TEST_CASE("evidence: questions to practise on are others, with pairs of their own") {
  const Seeds seeds = {0};
  const StageReader stages({}, seeds);
  const Place place{seeds, stages, at::kCPU};
  const Json given = {{"task", {{"use", "evidence"}, {"questions", 30}, {"together", 1}}}};
  const auto task = task_of(given);
  const auto practice = task->practice(25);
  const Tensor scored = task->make_questions(place).value_KNV;
  const Tensor own = practice->make_questions(place).value_KNV;
  CHECK(own.size(1) == 25);
  CHECK(at::cdist(own[0], scored[0]).min().item<double>() > 1e-3);
  // Places 0 and 1 of question 3 together, less each alone.
  const auto together = [&](const Task& of) {
    const Tensor value = of.make_questions(place).value_KNV.narrow(1, 3, 1);
    const Tensor logit = of.judge(place)->logits({longs({3}), value},
                                                 longs({0, 1, 0, -1, 1, -1}).view({1, 1, 3, 2}));
    const Tensor margin = (logit.select(3, 1) - logit.select(3, 0)).flatten();
    return (margin[0] - margin[1] - margin[2]).item<double>();
  };
  CHECK(std::abs(together(*task) - together(*practice)) > 1e-3);
}

}  // namespace assay::debate::test
