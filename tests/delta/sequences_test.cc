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
