// The information barrier: a method walks every tensor and every call that Problem and Run offer,
// and finds neither the truth of its prompts, nor the rule behind it, nor which pairs were turned.
#include "support/barrier.h"
#include "sdk/internal/data_streams.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/sequences.h>
#include <catch2/catch.hpp>

namespace assay::delta::test {
namespace {

using assay::test::check_hidden;
using assay::test::Found;

/// Everything that a method can get hold of, by the way it got there; rows first.
Found walk(const Problem& problem, Run& run) {
  Found found;
  const Pairs& pairs = problem.pairs;
  const std::int64_t items = pairs.count();
  const auto place_KN = at::arange(items, at::kLong).repeat({pairs.rows(), 1});
  found["pairs.slice"] = pairs.data.slice(0, items);
  found["pairs.gather"] = pairs.data.gather(place_KN);
  found["pairs.select_rows"] = pairs.data.select_rows({0}).slice(0, items);
  found["pairs.select_items"] = pairs.data.select_items(place_KN).slice(0, items);
  CHECK_FALSE(error_of([&] { pairs.data.slice(items, items + 1); }).empty());
  if (pairs.sequences()) {
    found["pairs.mask"] = pairs.mask_KN2T;
    found["student.entropies"] = predict_entropies(problem.student, pairs.data);
  } else {
    found["pairs.response"] = pairs.response_KN2;
    found["pairs.differ"] = pairs.response_KN2.select(2, 0) - pairs.response_KN2.select(2, 1);
    found["student.logits"] = predict_logits(problem.student, pairs.data);
    const Tensor likeliest_KN1 = found["student.logits"].argmax(2, /*keepdim=*/true);
    found["student.agrees"] = pairs.response_KN2.eq(likeliest_KN1);
  }
  found["student.theta"] = problem.student.theta_KP;
  found["student.likelihoods"] = log_probabilities(problem.student, pairs);
  const Pairs own =
      ranked(problem.student, draw_pairs(problem, 1, run.streams("responses"), run), run);
  found["own"] = pairs.sequences() ? own.data.slice(0, items) : own.response_KN2;
  if (problem.recipe.lr_K1.defined()) found["recipe.lr"] = problem.recipe.lr_K1;

  // A run tells seeds, and lends streams: also by the names that the task draws its data under.
  for (const char* purpose : {"linear_delta.truth", "linear_delta.chosen", "linear_delta.rejected",
                              "linear_delta.held_out.x", "delta.noise", "noise", "truth",
                              "markers.pairs.chosen", "data:linear_delta.truth"}) {
    const Streams streams = run.streams(purpose);
    const std::string name = std::string("streams.") + purpose;
    found[name] = streams.uniform({items, 1});
    found[name + ".rule"] = streams.normal({16});
    if (!pairs.sequences()) {
      found[name + ".answers"] =
          found["pairs.slice"].to(at::kDouble).matmul(found[name + ".rule"].unsqueeze(2));
    }
  }
  for (const char* purpose : {"assay.student", "assay.teacher", "assay.samples", "assay.batches"}) {
    CHECK_THAT(error_of([&] { run.streams(purpose); }), Catch::Contains("assay."));
  }
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    CHECK(run.curves(row).empty());  // nothing of the stages
    CHECK(run.failure(row).empty());
  }
  // No tensor is a window onto a larger one: what lies beside it could be walked too.
  for (const Tensor& given : {pairs.response_KN2, pairs.mask_KN2T, problem.student.theta_KP}) {
    if (given.defined()) CHECK(given.storage().nbytes() == given.nbytes());
  }
  return found;
}

Found walk_of(const Json& given) {
  Found found;
  Probe::body = [&](const Problem& problem, Run& run) {
    found = walk(problem, run);
    return problem.student;
  };
  const Benchmark benchmark(given, {0});
  for (const RowOutcome& row : benchmark.method(probe, Json::object())) {
    INFO(row.failure);
    CHECK(row.failure.empty());
  }
  REQUIRE(found.size() > 10);
  return found;
}

}  // namespace

TEST_CASE("barrier: no truth in reach of a method, of classes") {
  // A student and teachers of low cosines: what legitimately says something of the truth says
  // little.
  constexpr std::int64_t dimension = 16, items = 400;
  Json given = find_family("delta").smoke_settings();
  given["task"] = {{"use", "linear_delta"}, {"dimension", dimension}, {"cosine", 0.3}};
  given["pairs"] = {
      {"chosen", 0.2}, {"rejected", -0.2}, {"count", items}, {"held_out", 150}, {"noise", 0.3}};
  const Found found = walk_of(given);
  const auto draw = [](const char* part, at::IntArrayRef shape) {
    return data_streams({0}, part).normal(shape).squeeze(0);
  };
  const Tensor truth_D = draw("linear_delta.truth", {dimension});
  const auto answers = [&](const char* part, std::int64_t count) {
    return draw(part, {count, dimension}).matmul(truth_D).gt(0).to(at::kLong);
  };
  // The draws are the task's own: its prompts are among what a method sees.
  CHECK(at::allclose(found.at("pairs.slice")[0].to(at::kDouble),
                     draw("linear_delta.pairs.x", {items, dimension}), 1e-5, 1e-6));
  check_hidden(found, answers("linear_delta.pairs.x", items), 0.9);
  check_hidden(found, answers("linear_delta.held_out.x", 150), 0.9);
  check_hidden(found, truth_D / truth_D.norm(), 0.97);
  const Tensor noise_N = data_streams({0}, "delta.noise").uniform({items}).squeeze(0);
  check_hidden(found, noise_N.lt(0.3).to(at::kLong), 0.9);
}

TEST_CASE("barrier: nor which pairs were turned, of sequences") {
  constexpr std::int64_t items = 60;
  const Json given = Json::parse(R"({
    "task": {"use": "markers", "length": 24, "documents": 32, "samples": 4,
             "base_train": {"epochs": 1, "batch": 32}},
    "model": {"arch": "transformer", "width": 8, "depth": 1, "heads": 2},
    "pairs": {"chosen": 2, "rejected": 2, "count": 60, "held_out": 4, "noise": 0.4},
    "train": {"steps": 1, "batch": 8}
  })");
  const Tensor noise_N = data_streams({0}, "delta.noise").uniform({items}).squeeze(0);
  check_hidden(walk_of(given), noise_N.lt(0.4).to(at::kLong), 0.9);
}

}  // namespace assay::delta::test
