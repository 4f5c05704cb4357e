// Sequences: documents, a student's own responses, measures of samples, the task from end to end.
#include "sdk/families/delta/documents.h"
#include "sdk/families/delta/sequence_measures.h"
#include "sdk/internal/delta_responses.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>

namespace assay::delta::test {
namespace {

Json tiny_markers() {
  return Json::parse(R"({
    "task": {"use": "markers", "length": 24, "documents": 64, "samples": 20,
             "base_train": {"epochs": 1, "batch": 32}},
    "model": {"arch": "transformer", "width": 8, "depth": 1, "heads": 2},
    "pairs": {"chosen": 3, "rejected": 2, "count": 40, "held_out": 20},
    "train": {"steps": 4, "batch": 8, "lr": 1e-3},
    "curve": "2"
  })");
}

}  // namespace

TEST_CASE("documents: begin, sections of a marker and letters, end") {
  const Documents made =
      draw_documents({.sections = 3, .longer = 2, .length = 64}, "test", 50, {1, 2});
  for (std::int64_t k = 0; k < 2; ++k) {
    for (std::int64_t n = 0; n < 50; ++n) {
      const Tensor token_T = made.token_KNT[k][n].to(at::kLong);
      REQUIRE(token_T[0].item<std::int64_t>() == MarkerSymbols::begin);
      CHECK_FALSE(made.mask_KNT[k][n][0].item<bool>());
      std::int64_t sections = 0, letters = 0, t = 1;
      for (;; ++t) {
        CHECK(made.mask_KNT[k][n][t].item<bool>());
        const auto symbol = token_T[t].item<std::int64_t>();
        if (symbol == MarkerSymbols::marker || symbol == MarkerSymbols::end) {
          if (sections > 0) CHECK((letters >= 5 && letters <= 8));
          letters = 0;
          if (symbol == MarkerSymbols::end) break;
          ++sections;
        } else {
          CHECK((symbol >= MarkerSymbols::first_letter && symbol < MarkerSymbols::count));
          ++letters;
        }
      }
      CHECK(sections == 3);
      CHECK_FALSE(made.mask_KNT[k][n].slice(0, t + 1).any().item<bool>());
      CHECK(token_T.slice(0, t + 1).eq(0).all().item<bool>());
    }
  }
  const Documents alone =
      draw_documents({.sections = 3, .longer = 2, .length = 64}, "test", 50, {2});
  CHECK(at::equal(alone.token_KNT[0], made.token_KNT[1]));
}

TEST_CASE("documents: sections are Poisson, cut to 1 to 10") {
  const Documents made = draw_documents({.length = 128}, "test", 4000, {7});
  const Tensor count_N = made.token_KNT[0]
                             .eq(static_cast<double>(MarkerSymbols::marker))
                             .logical_and(made.mask_KNT[0])
                             .sum(1);
  double expected = 0, rest = 1, term = std::exp(-5.0);
  for (int k = 0; k < 10; ++k) {
    expected += std::max(k, 1) * term;
    rest -= term;
    term *= 5.0 / (k + 1);
  }
  expected += 10 * rest;
  // The standard deviation is below 2.2, the error of the mean below .035.
  CHECK(count_N.to(at::kDouble).mean().item<double>() == Approx(expected).margin(0.14));
  CHECK(count_N.min().item<std::int64_t>() == 1);
  CHECK(count_N.max().item<std::int64_t>() == 10);
}

TEST_CASE("sequences: measures of samples, worked out by hand") {
  Samples samples;
  samples.token_KNT = at::tensor({2, 1, 3, 1, 3, 0, 2, 1, 3, 0, 0, 0}, at::kLong).view({1, 2, 6});
  samples.mask_KNT = at::tensor({0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0}, at::kFloat).view({1, 2, 6});
  samples.ended_KN = at::tensor({0, 1}, at::kLong).to(at::kBool).view({1, 2});
  const Measures measures = sample_measures(samples);
  CHECK(measures.at("ended").item<double>() == Approx(0.5));
  CHECK(measures.at("length").item<double>() == Approx(3.5));
  // Pairs 13 31 13 and 13 30: three different ones of five.
  CHECK(measures.at("distinct_2").item<double>() == Approx(0.6));
  CHECK(mean_count_K(samples, 1).item<double>() == Approx(1.5));
}

TEST_CASE("sequences: a response of another item follows the item's own prompt") {
  // Prompts of 1 and 2 tokens; responses of length 2, 3 and 1, 2.
  const Tensor token =
      at::tensor({1, 5, 6, 0, 0, 1, 7, 8, 9, 0, 2, 3, 4, 0, 0, 2, 3, 5, 6, 0}, at::kFloat)
          .view({1, 2, 2, 5});
  const Tensor mask =
      at::tensor({0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0}, at::kLong)
          .to(at::kBool)
          .view({1, 2, 2, 5});
  const Sequences unrelated = unrelated_sequences(token, mask);
  // Item 0: its prompt 1, the chosen response of item 1 (4). Item 1: its prompt 2 3, the rejected
  // response of item 0 (7 8 9).
  CHECK(at::equal(unrelated.token_KNT,
                  at::tensor({1, 4, 0, 0, 0, 2, 3, 7, 8, 9}, at::kFloat).view({1, 2, 5})));
  CHECK(at::equal(unrelated.mask_KNT.to(at::kLong),
                  at::tensor({0, 1, 0, 0, 0, 0, 0, 1, 1, 1}, at::kLong).view({1, 2, 5})));
}

TEST_CASE("sequences: where one response is empty the other says how long the prompt is") {
  // Item 0: prompt 1, nothing chosen, 7 8 rejected. Item 1: prompt 2 3, 4 chosen, 5 6 rejected.
  const Tensor token =
      at::tensor({1, 0, 0, 0, 0, 1, 7, 8, 0, 0, 2, 3, 4, 0, 0, 2, 3, 5, 6, 0}, at::kFloat)
          .view({1, 2, 2, 5});
  const Tensor mask =
      at::tensor({0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0}, at::kLong)
          .to(at::kBool)
          .view({1, 2, 2, 5});
  CHECK(at::equal(prompt_lengths(mask), at::tensor({1, 2}, at::kLong).view({1, 2})));
  const Sequences unrelated = unrelated_sequences(token, mask);
  CHECK(at::equal(unrelated.token_KNT,
                  at::tensor({1, 4, 0, 0, 0, 2, 3, 7, 8, 0}, at::kFloat).view({1, 2, 5})));
  CHECK(at::equal(unrelated.mask_KNT.to(at::kLong),
                  at::tensor({0, 1, 0, 0, 0, 0, 0, 1, 1, 0}, at::kLong).view({1, 2, 5})));

  // The student's own responses begin there too: a token is drawn behind each prompt.
  Problem problem;
  problem.student.network =
      make_network({.arch = "transformer", .width = 8, .depth = 1, .heads = 2}, {5}, 9);
  problem.student.theta_KP =
      initial_parameters(problem.student.network->layout(), Streams({1}, "own"));
  problem.pairs = {Dataset::own(token), {}, mask};
  Run run({1});
  const Pairs drawn = draw_pairs(problem, 1, run.streams("responses"), run);
  CHECK(at::equal(prompt_lengths(drawn.mask_KN2T), prompt_lengths(mask)));
  CHECK(drawn.data.slice(0, 1).select(3, 0).eq(1).all().item<bool>());
}

TEST_CASE("sequences: the likeliest response at temperature 0, and temperatures that are none") {
  const Problem problem = class_problem({1, 2});
  Run run({1, 2});
  const Pairs drawn = draw_pairs(problem, 0, run.streams("responses"), run);
  const Tensor likeliest_KN = predict_logits(problem.student, problem.pairs.data).argmax(2);
  CHECK(at::equal(drawn.response_KN2.select(2, 0), likeliest_KN));
  CHECK(at::equal(drawn.response_KN2.select(2, 1), likeliest_KN));
  CHECK(error_of([&] { draw_pairs(problem, -1, run.streams("responses"), run); }) ==
        "draw_pairs: temperature is -1, expected a finite number from 0 on, where 0 takes the "
        "likeliest response");
  CHECK_FALSE(error_of([&] { draw_pairs(problem, NAN, run.streams("responses"), run); }).empty());

  Problem broken = problem;
  broken.student.theta_KP = problem.student.theta_KP.clone();
  broken.student.theta_KP[1].fill_(NAN);
  const Pairs others = draw_pairs(broken, 0.5, run.streams("responses"), run);
  CHECK_FALSE(run.failed(0));
  CHECK(run.failed(1));
  Run whole({1, 2});
  CHECK(at::equal(others.response_KN2[0],
                  draw_pairs(problem, 0.5, whole.streams("responses"), whole).response_KN2[0]));
}

TEST_CASE("sequences: what was not read is asked for by name") {
  const Problem problem = class_problem({1, 2});
  Run run({1, 2});
  CHECK(error_of([&] {
          train_preferences(problem, run, {.reference = false},
                            [](const Preferences& pairs) { return pairs.chosen.log_ratio(); });
        }) == "log_ratio: the start's log-probabilities were not read: set Reading::reference");
}

TEST_CASE("sequences: a student whose logits are not finite fails alone") {
  Probe::body = [](const Problem& problem, Run&) {
    Model student{problem.student.network, problem.student.theta_KP.clone()};
    student.theta_KP[1] *= 1e20;  // finite parameters
    return student;
  };
  const Benchmark benchmark(tiny_markers(), {4, 5});
  const auto rows = benchmark.method(probe, {});
  CHECK(rows[0].failure.empty());
  CHECK(rows[1].kind == "non_finite");
  CHECK(rows[1].failure == "what the student says is not finite");
}

TEST_CASE("sequences: a student's own responses, of classes") {
  Problem problem = class_problem({1, 2});
  // The same prompt 4,000 times: shares of what is drawn are its probabilities.
  const Tensor prompt = problem.pairs.data.slice(0, 1).expand({2, 4000, -1}).contiguous();
  problem.pairs = {Dataset::own(prompt), at::zeros({2, 4000, 2}, at::kLong), {}};
  Run run({1, 2});
  const Pairs drawn = draw_pairs(problem, 0.5, run.streams("responses"), run);
  const Tensor p_KC =
      (predict_logits(problem.student, problem.pairs.data).select(1, 0) / 0.5).softmax(1);
  for (std::int64_t k = 0; k < 2; ++k) {
    for (std::int64_t c = 0; c < 4; ++c) {
      const double p = p_KC[k][c].item<double>();
      const double share = drawn.response_KN2[k].eq(c).to(at::kDouble).mean().item<double>();
      CHECK(share == Approx(p).margin(5 * std::sqrt(p * (1 - p) / 8000)));
    }
  }
  CHECK_FALSE(at::equal(drawn.response_KN2.select(2, 0), drawn.response_KN2.select(2, 1)));
  const Pairs order = ranked(problem.student, drawn, run);
  const Tensor log_p_KN2 = log_probabilities(problem.student, order);
  CHECK(log_p_KN2.select(2, 0).ge(log_p_KN2.select(2, 1)).all().item<bool>());
  CHECK(
      at::equal(std::get<0>(order.response_KN2.sort(2)), std::get<0>(drawn.response_KN2.sort(2))));
}

TEST_CASE("sequences: the task from end to end, and each row alone") {
  const Benchmark two(tiny_markers(), {4, 5}), one(tiny_markers(), {5});
  for (const char* name : {"dpo-norm", "kto", "sft-chosen", "self-rewarding"}) {
    INFO(name);
    const auto together = two.method(plugin_method(name), {}),
               alone = one.method(plugin_method(name), {});
    for (const RowOutcome& row : together) {
      INFO(row.failure);
      REQUIRE(row.failure.empty());
      const Json& metrics = row.result.at("metrics");
      CHECK(metrics.at("accuracy").is_null());
      CHECK(metrics.at("best").is_null());
      for (const char* id : {"markers", "gain", "last", "kl", "entropy", "ended", "length",
                             "distinct_2", "margin", "preferred"}) {
        INFO(id);
        CHECK(metrics.at(id).is_number());
      }
      CHECK(row.result.at("curves").at("curve.markers").size() == 3);
      CHECK(row.result.at("curves").at("curve.kl")[0][1].get<double>() == Approx(0).margin(1e-4));
    }
    REQUIRE(alone[0].failure.empty());
    CHECK(alone[0].result.at("metrics").at("margin").get<double>() ==
          Approx(together[1].result.at("metrics").at("margin").get<double>()).margin(2e-3));
    const auto value = [](const RowOutcome& row, const char* id) {
      return row.result.at("metrics").at(id).get<double>();
    };
    for (const char* id : {"reward_chosen", "likelihood_chosen", "likelihood_rejected"}) {
      INFO(id);
      CHECK(value(alone[0], id) == Approx(value(together[1], id)).epsilon(0.01));
    }
    CHECK(std::abs(value(together[1], "reward_chosen")) > 0.01);  // far above rounding
    CHECK(value(together[0], "likelihood_chosen") !=
          Approx(value(together[1], "likelihood_chosen")).epsilon(1e-4));
  }
  CHECK(error_of([&] {
          Json given = tiny_markers();
          given["stop"] = "development";
          find_family("delta").expand(resolved(given));
        }) ==
        "stop is \"development\", but the task 'markers' has no true answers: stop after the "
        "last step");
  CHECK(error_of([&] {
          Json given = tiny_markers();
          given["pairs"]["chosen"] = 2.5;
          find_family("delta").expand(resolved(given));
        }) ==
        "pairs.chosen is 2.5: of markers it is a count of sections, a whole number from 1 to "
        "100");
}

}  // namespace assay::delta::test
