// Datamodels: the regression against outputs that are linear in the masks.
#include "sdk/families/unlearning/attribution.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <vector>

namespace assay::unlearning::test {
namespace {

/// Items of one seed of a regression, and the parts of its mean loss' normal equations.
struct Plain {
  Tensor x_ND, y_N;

  Plain(const Part& part, std::int64_t row)
      : x_ND(part.data.slice(0, part.data.largest_count())[row]), y_N(part.label_KN[row]) {}
  Plain(const Plain& first, const Plain& second)
      : x_ND(at::cat({first.x_ND, second.x_ND})), y_N(at::cat({first.y_N, second.y_N})) {}

  /// X'X/N + ridge I and X'y/N.
  Tensor square(double ridge) const {
    return x_ND.t().mm(x_ND) / x_ND.size(0) + ridge * at::eye(x_ND.size(1), x_ND.options());
  }
  Tensor product() const { return x_ND.t().mv(y_N) / x_ND.size(0); }
};

}  // namespace

TEST_CASE("attribution: a regression without ridge finds the weights of linear outputs") {
  const std::int64_t models = 40, forget = 5, items = 3, outputs = 2;
  const Streams streams({7}, "test");
  const Tensor mask_DF = streams.coin({models, forget})[0];
  const Tensor tau = streams.normal({forget, items * outputs}, 1)[0];
  const Tensor base = streams.normal({1, items * outputs}, 2)[0];
  const Tensor f = (mask_DF.to(at::kDouble).mm(tau) + base).view({models, items, outputs});
  const Tensor sum_NC = datamodel_sum(mask_DF, f, 0);
  CHECK(at::allclose(sum_NC, tau.sum(0).view({items, outputs}), 1e-9, 1e-9));
}

TEST_CASE("attribution: ridge shrinks, by hand for one item") {
  // Masks 0, 1 centred are -1/2, 1/2: M'M = 1/2, M'f = (f1 - f0)/2 = 1; tau = 1 / (1/2 + ridge).
  const Tensor mask = at::tensor(std::vector<std::int64_t>{0, 1}, at::kLong).view({2, 1});
  const Tensor f = at::tensor(std::vector<double>{3, 5}, at::kDouble).view({2, 1, 1});
  CHECK(datamodel_sum(mask, f, 0).item<double>() == Approx(2));
  CHECK(datamodel_sum(mask, f, 0.5).item<double>() == Approx(1));
}

TEST_CASE("attribution: fidelity is the cosine of predicted and true shift") {
  const Tensor original = at::zeros({1, 2}, at::kDouble);
  const Tensor oracle = at::tensor(std::vector<double>{3, 4}, at::kDouble).view({1, 2});
  CHECK(fidelity(-oracle * 2, original, oracle) == Approx(1));
  CHECK(fidelity(oracle, original, oracle) == Approx(-1));
  const Tensor first = at::tensor(std::vector<double>{-1, 0}, at::kDouble).view({1, 2});
  CHECK(fidelity(first, original, oracle) == Approx(0.6));
}

TEST_CASE("attribution: influence on ridge regression, against one Newton step by hand") {
  // The mean loss is quadratic: with H and b of the normal equations H theta = b, the step from the
  // original optimum is -H_all^-1 (H_retain theta_0 - b_retain), and what is left of the way to the
  // retrained optimum is (I - H_all^-1 H_retain)(theta_0 - theta_r).
  Json given = {{"task", {{"use", "convex"}, {"loss", "ridge"}, {"items", 400}, {"forget", 4}}},
                {"attribution", {{"use", "influence"}}}};
  const Benchmark benchmark(given, {0, 1});
  std::vector<double> distance, most, cosine;
  Probe<>::needs = {"attribution"};
  Probe<>::body = [&](const Problem& problem, Run&) {
    for (std::int64_t row = 0; row < problem.rows(); ++row) {
      const Plain forget(problem.forget, row), retain(problem.retain, row);
      const Plain all(forget, retain);
      const Tensor h_all = all.square(problem.ridge), h_retain = retain.square(problem.ridge);
      const Tensor original = at::linalg_solve(h_all, all.product());
      const Tensor retrained = at::linalg_solve(h_retain, retain.product());
      const Tensor step = -at::linalg_solve(h_all, h_retain.mv(original) - retain.product());
      const Tensor way = retrained - original;
      distance.push_back(((step - way).norm() / way.norm()).item<double>());
      const Tensor rest =
          at::eye(h_all.size(0), h_all.options()) - at::linalg_solve(h_all, h_retain);
      most.push_back(at::linalg_matrix_norm(rest, 2).item<double>());
      const Tensor predicted = forget.x_ND.mv(step), shift = forget.x_ND.mv(way);
      cosine.push_back((predicted.dot(shift) / (predicted.norm() * shift.norm())).item<double>());
    }
    // Outputs are linear in theta: what the retain set's outputs shift by says what theta does.
    const Tensor x_KND = problem.retain.data.slice(0, problem.retain.data.largest_count());
    const Tensor shift_KN1 = -problem.attribution().retain_KNC;
    const Tensor step_KD1 = std::get<0>(at::linalg_lstsq(x_KND, shift_KN1));
    Model answer = problem.original;
    answer.theta_KP = answer.theta_KP + step_KD1.squeeze(2);
    return Answer(answer);
  };
  const std::vector<RowOutcome> rows = benchmark.method(assay::detail::method_entry<Probe<>>());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    REQUIRE(rows[row].failure.empty());
    CHECK(metric(rows[row], "distance") == Approx(distance[row]).epsilon(1e-6));
    CHECK(metric(rows[row], "distance") < most[row]);
    // Four of 400 normal items in 20 dimensions: X_f'X_f/400 is about (sqrt 20 + sqrt 4)^2 / 400 =
    // .105 at most, H_all (1 - sqrt(20 / 400))^2 + ridge = .61 at least; means add 1 %.
    CHECK(most[row] < 0.105 / 0.61 + 0.01);
    CHECK(metric(rows[row], "fidelity") == Approx(cosine[row]).epsilon(1e-6));
    CHECK(metric(rows[row], "one_off_cost") > 0);
  }
  CHECK(metric(benchmark.reference("retrained")[0], "distance") == 0);
  CHECK(metric(benchmark.reference("do-nothing")[0], "distance") == 1);
}

}  // namespace assay::unlearning::test
