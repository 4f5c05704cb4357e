// Regression tasks through the whole pipeline: the identity of gain and misfit, and risks against
// their formula.
#include "sdk/families/weak_to_strong/scoring.h"
#include "sdk/families/weak_to_strong/settings.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::weak_to_strong::test {
namespace {

const Json least_squares = {{"solver", "closed"}, {"ridge", 0.0}, {"intercept", false}};

std::vector<double> metric(const std::vector<RowOutcome>& rows, const char* name) {
  std::vector<double> values;
  for (const RowOutcome& row : rows) {
    REQUIRE(row.failure.empty());
    values.push_back(row.result.at("metrics").at(name).get<double>());
  }
  return values;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_error(const std::vector<double>& values) {
  double squares = 0;
  for (const double value : values) squares += std::pow(value - mean(values), 2);
  const auto n = static_cast<double>(values.size());
  return std::sqrt(squares / (n - 1) / n);
}

Seeds first_seeds(std::uint64_t count) {
  Seeds seeds(count);
  std::iota(seeds.begin(), seeds.end(), 0);
  return seeds;
}

/// Within four standard errors of its expectation.
void check_mean(const std::vector<double>& values, double expected) {
  const double error = standard_error(values);
  INFO(mean(values) << " +- " << error << ", expected " << expected);
  CHECK(std::abs(mean(values) - expected) < 4 * error);
  CHECK(error < 0.2 * expected);
}

}  // namespace

TEST_CASE("linear_gaussian: the gain of a least-squares student is its misfit") {
  // A supervisor that is not linear: random features with a fitted head, so that the student cannot
  // follow it.
  const Benchmark benchmark(Json::parse(R"({
    "task": {"use": "linear_gaussian", "dimension": 12, "transfer": 300, "test": 500},
    "fit": "least-squares",
    "weak": {"model": {"arch": "mlp", "width": 40, "depth": 1}, "labels": 120},
    "strong": {"model": {"arch": "mlp", "depth": 0}}
  })"),
                            {0, 1, 2, 3, 4});
  const auto rows = benchmark.method(plugin_method("linear-probe"), least_squares);
  for (const double error : metric(rows, "identity_error")) CHECK(error <= 1e-10);
  for (const double misfit : metric(rows, "misfit")) CHECK(misfit > 0.05);
  // On test items it holds on average only.
  for (const double gain : metric(rows, "gain")) CHECK(gain > 0.02);
  for (const RowOutcome& row : rows) {
    CHECK(row.result.at("metrics").at("accuracy").is_null());
    CHECK(row.result.at("metrics").at("ece").is_null());
  }
  // A student that is held back from least squares breaks it.
  const Json ridge = {{"solver", "closed"}, {"ridge", 1.0}, {"intercept", false}};
  for (const double error :
       metric(benchmark.method(plugin_method("linear-probe"), ridge), "identity_error")) {
    CHECK(error > 1e-3);
  }
}

TEST_CASE("subspace: risks and PGR against the formula") {
  struct Case {
    int weak, strong, shared, labels, transfer;
    double risk;  // sigma^2 / (n - d_w - 1) (d_c + (d_w - d_c) d_s / (N - d_s - 1)), by hand
    std::uint64_t seeds;
  };
  const std::vector<Case> cases = {{40, 10, 10, 120, 400, .13634, 80},
                                   {40, 10, 4, 120, 400, .06235, 80},
                                   {40, 10, 2, 120, 4000, .02652, 40},
                                   {40, 30, 20, 120, 400, .27374, 80},
                                   {80, 10, 4, 120, 400, .15266, 80}};
  for (const Case& now : cases) {
    Json given = tiny_subspace();
    given["task"].update({{"weak", now.weak},
                          {"strong", now.strong},
                          {"shared", now.shared},
                          {"transfer", now.transfer},
                          {"test", 1000}});
    given["weak"]["labels"] = now.labels;
    const Benchmark benchmark(given, first_seeds(now.seeds));
    const auto student = benchmark.method(plugin_method("linear-probe"), least_squares);
    INFO(now.weak << ", " << now.strong << ", " << now.shared);
    const double weak_risk = now.weak / (now.labels - now.weak - 1.0);
    const double ceiling_risk = now.strong / (now.transfer - now.strong - 1.0);
    check_mean(metric(student, "risk"), now.risk);
    check_mean(metric(benchmark.reference("weak"), "risk"), weak_risk);
    check_mean(metric(benchmark.reference("ceiling"), "risk"), ceiling_risk);
    // PGR, a ratio of means: gain - PGR gap has mean zero.
    const double pgr = (weak_risk - now.risk) / (weak_risk - ceiling_risk);
    std::vector<double> left = metric(student, "gain");
    const std::vector<double> gap = metric(student, "gap");
    for (std::size_t row = 0; row < left.size(); ++row) left[row] -= pgr * gap[row];
    CHECK(std::abs(mean(left)) < 4 * standard_error(left));
    // The row of the formula says the same.
    const auto formula = benchmark.reference("formula");
    CHECK(metric(formula, "risk")[0] == Approx(now.risk).epsilon(1e-3));
    CHECK(metric(formula, "gain")[0] / metric(formula, "gap")[0] == Approx(pgr).epsilon(1e-3));
    for (const double error : metric(student, "identity_error")) {
      // The supervisor sees what the student does not, but the target is in the student's class.
      CHECK(error <= 1e-10);
    }
  }
}

TEST_CASE("regression: a trained student comes to the closed form") {
  Json given = tiny_subspace();
  given["train"] = {
      {"epochs", 200}, {"batch", 400}, {"optimizer", "sgd"}, {"lr", 0.5}, {"schedule", "constant"}};
  const Benchmark benchmark(given, {0, 1});
  const auto closed = benchmark.method(plugin_method("linear-probe"), least_squares);
  // The recipe fits a bias too.
  const auto with_bias = benchmark.method(
      plugin_method("linear-probe"), {{"solver", "closed"}, {"ridge", 0.0}, {"intercept", true}});
  const auto trained = benchmark.method(
      plugin_method("linear-probe"), {{"solver", "trained"}, {"ridge", 0.0}, {"intercept", true}});
  for (std::size_t row = 0; row < 2; ++row) {
    CHECK(metric(trained, "risk")[row] == Approx(metric(with_bias, "risk")[row]).epsilon(1e-9));
    CHECK(metric(closed, "risk")[row] == Approx(metric(with_bias, "risk")[row]).epsilon(0.2));
  }
}

TEST_CASE("scoring: risks by hand") {
  const auto numbers = [](std::vector<double> values) {
    return at::tensor(values, at::kDouble).view({1, -1, 1});
  };
  // Targets 1 and 2: the supervisor errs by 1 and 1, the method by 0 and 1, the ceiling by 0 and
  // .5.
  const Tensor target = numbers({1, 2}).squeeze(2);
  const OnTransfer transfer{numbers({1}), numbers({3}), numbers({2}).squeeze(2)};
  const Json row =
      score_regression(numbers({1, 3}), numbers({2, 1}), numbers({1, 2.5}), target, transfer)[0];
  CHECK(row.at("risk") == 0.5);
  CHECK(row.at("gain") == 0.5);
  CHECK(row.at("gap") == 0.875);
  CHECK(row.at("pgr").get<double>() == Approx(0.5 / 0.875));
  // On the transfer item both are off by 1 and differ by 2: |1 - 1 - 4|.
  CHECK(row.at("misfit") == 4.0);
  CHECK(row.at("identity_error") == 4.0);
  CHECK(score_regression(numbers({2, 1}), numbers({2, 1}), numbers({2, 1}), target, std::nullopt)[0]
            .at("pgr")
            .is_null());
}

}  // namespace assay::weak_to_strong::test
