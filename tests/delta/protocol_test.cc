// The protocol from settings to cells: what a problem holds, which student counts, how rows fail.
#include "sdk/families/delta/scoring.h"
#include "sdk/internal/safetensors.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <catch2/catch.hpp>

#include <cmath>

namespace assay::delta::test {
namespace {

const Json none = Json::object();

Json tiny() {
  return find_family("delta").smoke_settings();
}

double metric(const RowOutcome& row, const char* name) {
  return row.result.at("metrics").at(name).get<double>();
}

Problem problem_of(const Json& given, const Seeds& seeds) {
  const Settings settings = read_settings(resolved(given));
  const auto task = settings.make_task();
  const StageReader stages({}, seeds);
  return make_problem(settings, *task, {seeds, stages, at::kCPU});
}

}  // namespace

TEST_CASE("protocol: settings that do not fit together are one clear error") {
  const auto error = [](const std::function<void(Json&)>& change) {
    Json given = tiny();
    change(given);
    return error_of([&] { find_family("delta").expand(resolved(given)); });
  };
  CHECK(error([](Json& g) { g["curve"] = "5 ten"; }) ==
        "curve has 'ten': expected steps from 1 on with spaces between, e.g. \"25 100 400\"");
  CHECK(error([](Json& g) { g["curve"] = "0 5"; }) ==
        "curve has '0': expected steps from 1 on with spaces between, e.g. \"25 100 400\"");
  CHECK(error([](Json& g) { g["curve"] = "10 5"; }) ==
        "curve has step 5 after step 10: steps must rise");
  CHECK(error([](Json& g) { g["curve"] = "5 27"; }) ==
        "curve has step 27, but the training ends after step 26: take the step out, or train "
        "longer");
  CHECK(error([](Json& g) { g["train"]["epochs"] = 0; }) ==
        "train has no step: set train.epochs or train.steps above 0");
  CHECK(error([](Json& g) { g["pairs"]["chosen"] = 1.5; }) ==
        "pairs.chosen is 1.5: of linear_delta it is a cosine, between -1 and 1");
  CHECK(error([](Json& g) { g["model"] = {{"arch", "mlp"}}; }) ==
        "linear_delta has a linear student of its own: leave `model` out");
  CHECK(error([](Json& g) { g["pairs"].erase("rejected"); }).find("rejected") != std::string::npos);
  CHECK(error([](Json&) {}).empty());
}

TEST_CASE("protocol: the curve has the named steps, the start and the last step") {
  const Json expected = {0, 5, 10, 26};
  const Benchmark benchmark(tiny(), {0, 1});
  for (const RowOutcome& row : benchmark.method(plugin_method("dpo"), none)) {
    INFO(row.failure);
    REQUIRE(row.failure.empty());
    for (const char* name : {"curve.accuracy", "curve.margin", "curve.kl"}) {
      Json steps = Json::array();
      for (const Json& point : row.result.at("curves").at(name)) steps.push_back(point[0]);
      CHECK(steps == expected);
    }
    CHECK(row.result.at("curves").at("curve.margin")[0][1] == 0);
    CHECK(row.result.at("curves").at("curve.kl")[0][1].get<double>() == Approx(0).margin(1e-6));
    CHECK(row.result.at("counts").at("gradient_samples") == 400);
    CHECK(row.result.at("counts").at("forward_samples") == 200);  // the reference, once
  }
}

TEST_CASE("protocol: reversed and noisy pairs") {
  Json given = tiny();
  given["pairs"]["noise"] = 0;
  given["pairs"]["count"] = 4000;
  const Tensor clean = problem_of(given, {0, 1}).pairs.response_KN2;
  given["pairs"]["reversed"] = true;
  CHECK(at::equal(problem_of(given, {0, 1}).pairs.response_KN2, clean.flip(2)));
  given["pairs"]["reversed"] = false;
  given["pairs"]["noise"] = 0.3;
  const Problem noisy = problem_of(given, {0, 1});
  const Tensor kept_KN = noisy.pairs.response_KN2.eq(clean).all(2);
  const Tensor turned_KN = noisy.pairs.response_KN2.eq(clean.flip(2)).all(2);
  CHECK(kept_KN.logical_or(turned_KN).all().item<bool>());
  const Tensor differ_KN = clean.select(2, 0).ne(clean.select(2, 1));
  const double share =
      turned_KN.logical_and(differ_KN).sum().item<double>() / differ_KN.sum().item<double>();
  CHECK(share == Approx(0.3).margin(0.03));  // 4 standard errors of 4,000 draws
  CHECK_FALSE(at::equal(turned_KN[0], turned_KN[1]));
  // Prompts and the student do not depend on how the pairs are ordered.
  given["pairs"]["noise"] = 0;
  const Problem again = problem_of(given, {0, 1});
  CHECK(at::equal(again.pairs.data.slice(0, 4000), noisy.pairs.data.slice(0, 4000)));
  CHECK(at::equal(again.student.theta_KP, noisy.student.theta_KP));
}

TEST_CASE("protocol: the student that counts, the oracle's stop and the overshoot") {
  Json given = tiny();
  given["task"]["dimension"] = 8;
  given["development"] = 20000;
  given["train"]["steps"] = 30;
  given["curve"] = "10 20";
  // Towards the chosen teacher and beyond, by way of a step that is worse than the start.
  const double start = 0.7952;
  Probe::body = [](const Problem& problem, Run& run) {
    const Tensor& theta_KP = problem.student.theta_KP;
    run.checkpoint(10, -theta_KP);
    run.checkpoint(20, theta_KP * 2);  // as good as the start
    return Model{problem.student.network, at::zeros_like(theta_KP).add_(theta_KP, -0.5)};
  };
  for (const bool development : {true, false}) {
    given["stop"] = development ? "development" : "last";
    const Benchmark benchmark(given, {0, 1});
    for (const RowOutcome& row : benchmark.method(probe, none)) {
      REQUIRE(row.failure.empty());
      CHECK(metric(row, "best") == Approx(start).margin(1e-4));
      CHECK(metric(row, "last") == Approx(1 - start).margin(1e-4));
      CHECK(metric(row, "overshoot") == Approx(2 * start - 1).margin(2e-4));
      // Equal on the development set to the student of step 20: the earlier counts, the start.
      CHECK(metric(row, "stopped") == (development ? 0 : 30));
      CHECK(metric(row, "accuracy") == Approx(development ? start : 1 - start).margin(1e-4));
      CHECK(metric(row, "gain") == Approx(development ? 0 : 1 - 2 * start).margin(2e-4));
    }
  }
}

TEST_CASE("protocol: measures of pairs, worked out by hand") {
  // Two pairs and one of equal responses. Rewards (1, -1), (-2, 0), (.5, .5).
  const Tensor start = at::tensor({-1., -2., -3., -1., -2., -2.}, at::kDouble).view({1, 3, 2});
  const Tensor model = at::tensor({0., -3., -5., -1., -1.5, -1.5}, at::kDouble).view({1, 3, 2});
  const Tensor differ = at::tensor({1, 1, 0}, at::kLong).to(at::kBool).unsqueeze(0);
  const Measures measures = measure_pairs(model, start, differ);
  const auto value = [&](const char* name) { return measures.at(name).item<double>(); };
  CHECK(value("reward_chosen") == Approx(-0.5 / 3));
  CHECK(value("reward_rejected") == Approx(-0.5 / 3));
  CHECK(value("margin") == Approx(0).margin(1e-12));
  CHECK(value("preferred") == Approx(0.5));
  CHECK(value("likelihood_chosen") == Approx(-6.5 / 3));
  CHECK(value("likelihood_rejected") == Approx(-5.5 / 3));
  // A margin of zero is a tie.
  CHECK(measure_pairs(start, start, differ).at("preferred").item<double>() == Approx(0.5));
}

TEST_CASE("protocol: a ladder of teachers, its stages and what they share") {
  const Json given = Json::parse(R"({
    "task": {"use": "modular_addition", "modulus": 7, "gold": 10,
             "teacher_train": {"epochs": 60, "lr": 0.02}, "student_train": {"epochs": 5}},
    "model": {"arch": "mlp", "width": 8, "depth": 1},
    "pairs": {"chosen": 24, "rejected": 1, "count": 15, "held_out": 12},
    "development": 8, "stop": "development",
    "train": {"steps": 6, "batch": 8, "lr": 1e-2}, "curve": "3"
  })");
  const Benchmark benchmark(given, {0, 1});
  const Json& stages = benchmark.expansion().at("stages");
  REQUIRE(stages.size() == 3);
  const auto wide = benchmark.reference("chosen"), narrow = benchmark.reference("rejected");
  const auto start = benchmark.reference("start");
  const auto trained = benchmark.method(plugin_method("dpo"), {{"beta", 1}});
  for (const std::size_t row : {std::size_t{0}, std::size_t{1}}) {
    REQUIRE(trained[row].failure.empty());
    for (const auto* teacher : {&wide, &narrow}) {
      CHECK(metric((*teacher)[row], "gain") ==
            Approx(metric((*teacher)[row], "accuracy") - metric(start[row], "accuracy")));
    }
    CHECK(metric(trained[row], "best") >= metric(trained[row], "accuracy"));
    CHECK(trained[row].result.at("metrics").at("predicted_best").is_null());
  }
  // The other way round the same teachers serve; a tie needs one.
  Json other = given;
  other["pairs"]["chosen"] = 1;
  other["pairs"]["rejected"] = 24;
  const Json turned = find_family("delta").expand(resolved(other)).at("stages");
  CHECK(turned[1].at("settings") == stages[2].at("settings"));
  CHECK(turned[2].at("settings") == stages[1].at("settings"));
  other["pairs"]["chosen"] = 24;
  CHECK(find_family("delta").expand(resolved(other)).at("stages").size() == 2);
  other["pairs"]["count"] = 20;
  CHECK(error_of([&] { find_family("delta").expand(resolved(other)); }) ==
        "there are 49 prompts of task.modulus 7, but pairs.held_out, development, task.gold and "
        "pairs.count need 50: ask for fewer");
  other["pairs"]["rejected"] = 0.5;
  other["pairs"]["count"] = 15;
  CHECK(error_of([&] { find_family("delta").expand(resolved(other)); }) ==
        "pairs.rejected is 0.5: of modular_addition it is a teacher's width, a whole number from 1 "
        "to 1024");
}

TEST_CASE("protocol: a row that fails leaves the others as they were") {
  const Benchmark three(tiny(), {0, 1, 2});
  const auto whole = three.method(plugin_method("dpo"), none);
  Probe::body = [](const Problem& problem, Run& run) {
    Model student = problem.student;
    student.theta_KP = student.theta_KP.clone();
    student.theta_KP[1].fill_(std::nan(""));
    run.fail_row(1, "made to fail");
    return student;
  };
  const auto failed = three.method(probe, none);
  CHECK(failed[1].failure == "made to fail");
  CHECK(failed[1].kind == "non_finite");
  for (const std::size_t row : {std::size_t{0}, std::size_t{2}}) {
    CHECK(failed[row].failure.empty());
    CHECK(metric(failed[row], "gain") == Approx(0).margin(1e-9));
  }
  const Benchmark alone(tiny(), {2});
  const auto single = alone.method(plugin_method("dpo"), none);
  CHECK(metric(single[0], "last") == Approx(metric(whole[2], "last")).margin(1e-5));
}

TEST_CASE("protocol: answers that break the contract") {
  const Benchmark benchmark(tiny(), {0, 1});
  const auto failure = [&](std::function<Model(const Problem&, Run&)> body) {
    Probe::body = std::move(body);
    const auto rows = benchmark.method(probe, none);
    CHECK(rows[0].kind == "contract");
    return rows[0].failure;
  };
  CHECK(failure([](const Problem&, Run&) { return Model{}; }) ==
        "fit returned a model without a network");
  CHECK(failure([](const Problem& problem, Run&) {
          Model other;
          other.network = make_network({.width = 3, .depth = 1}, {16}, 2);
          other.theta_KP = at::zeros({problem.rows(), other.network->layout().size()});
          return other;
        }) ==
        "fit returned a network of 59 parameters in 4 slices, which is not the student's: return "
        "problem.student's network, which has 32 in 1");
  // As many parameters, arranged in another way.
  CHECK(failure([](const Problem& problem, Run&) {
          Model other;
          other.network = make_network({.width = 5, .depth = 1}, {3}, 2);
          other.theta_KP = at::zeros({problem.rows(), 32});
          return other;
        }).find("fit returned a network of 32 parameters in 4 slices") == 0);
}

TEST_CASE("protocol: checkpoints of other steps than the curve's are no candidates") {
  Json given = tiny();
  given["train"]["steps"] = 30;
  given["curve"] = "10";
  given["stop"] = "development";
  given["development"] = 5000;
  Probe::body = [](const Problem& problem, Run& run) {
    const Tensor& theta_KP = problem.student.theta_KP;
    run.checkpoint(5, theta_KP * 2);
    run.checkpoint(10, -theta_KP);
    run.checkpoint(31, theta_KP * 3);  // beyond the recipe
    return Model{problem.student.network, -theta_KP};
  };
  const Benchmark benchmark(given, {0});
  const RowOutcome row = benchmark.method(probe, none).front();
  REQUIRE(row.failure.empty());
  Json steps = Json::array();
  for (const Json& point : row.result.at("curves").at("curve.accuracy")) steps.push_back(point[0]);
  CHECK(steps == Json({0, 10, 30}));
  CHECK(metric(row, "stopped") == 0);
  CHECK(metric(row, "last") == Approx(1 - 0.7952).margin(1e-4));
}

TEST_CASE("protocol: the truth is opened after the method has returned") {
  const Benchmark benchmark(tiny(), {0});
  const std::int64_t before = Truth::made();
  std::int64_t inside = -1;
  std::string phase;
  Probe::body = [&](const Problem& problem, Run& run) {
    phase = run.phase();
    inside = Truth::made();
    // Nothing in reach tells the truth: prompts, two teachers' answers, the start.
    CHECK(problem.pairs.response_KN2.sizes() == at::IntArrayRef({1, 200, 2}));
    CHECK_FALSE(problem.pairs.mask_KN2T.defined());
    CHECK(problem.curve == std::vector<std::int64_t>{5, 10, 26});
    return problem.student;
  };
  benchmark.method(probe, none);
  CHECK(phase == "fit");
  CHECK(inside == before);
  CHECK(Truth::made() == before + 1);
  CHECK(benchmark.last_phase() == "write");
}

}  // namespace assay::delta::test
