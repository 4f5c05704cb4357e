// Theorem 2 of Zhang et al. 2024 (arXiv:2404.05868): on a binary logistic problem with orthonormal
// inputs gradient ascent diverges linearly in the number of steps, NPO logarithmically. The table
// is that of a plain program, for theta_0 = 0 and the mean loss.
#include "support.h"

#include "sdk/families/support/linear_network.h"

#include <assay/unlearning/losses.h>
#include <assay/unlearning/terms.h>

#include <cmath>
#include <map>

namespace assay::unlearning::test {
namespace {

constexpr std::int64_t items = 32, features = 64;

Problem orthonormal_problem(std::int64_t steps) {
  const Seeds seeds = {3};
  const Tensor basis =
      std::get<0>(at::linalg_qr(Streams(seeds, "test.x").normal({features, items})[0]));
  const Tensor x_KNF = basis.t().contiguous().unsqueeze(0);
  const Tensor label_KN = Streams(seeds, "test.y").coin({items});
  Problem problem;
  problem.likelihood = Likelihood::bernoulli;
  problem.forget = part_of(x_KNF, label_KN);
  problem.retain = part_of(x_KNF.slice(1, 0, 1), label_KN.slice(1, 0, 1), items);
  problem.original = {make_linear(features, 1), at::zeros({1, features}, at::kDouble)};
  problem.recipe = descent(steps, items, 1);
  return problem;
}

/// |X (theta_t - theta_0)| after each power of ten.
std::map<std::int64_t, double> distances(const std::string& method, const Json& parameters,
                                         std::int64_t steps) {
  const Problem problem = orthonormal_problem(steps);
  const Tensor x_NF = problem.forget.data.slice(0, items)[0];
  std::map<std::int64_t, double> distance;
  Run run({3});
  run.on_checkpoint([&](std::int64_t step, const Tensor& theta_KP) {
    if (std::abs(std::log10(static_cast<double>(step)) -
                 std::round(std::log10(static_cast<double>(step)))) < 1e-12) {
      distance[step] = x_NF.mv(theta_KP[0]).norm().item<double>();
    }
  });
  ask(method, problem, run, {parameters});
  return distance;
}

/// By the margin u = y <x, theta> of one item: the items do not meet.
double plain(bool npo, std::int64_t steps) {
  double u = 0;
  for (std::int64_t step = 0; step < steps; ++step) {
    const double p = 1 / (1 + std::exp(-u));
    u -= (npo ? 2 * p / (p + .5) : 1) * (1 - p) / static_cast<double>(items);
  }
  return std::abs(u) * std::sqrt(static_cast<double>(items));
}

/// Distances and what they are rounded to: two digits after the point, one, and none.
using Table = std::map<std::int64_t, std::pair<double, double>>;
const Table ascent_table = {{10, {.92, .005}},
                            {100, {12.6, .05}},
                            {1000, {171, .5}},
                            {10000, {1762, .5}},
                            {100000, {17672, .5}}};
const Table npo_table = {{10, {.90, .005}},
                         {100, {8.9, .05}},
                         {1000, {26.3, .05}},
                         {10000, {40.2, .05}},
                         {100000, {53.3, .05}}};

void check(const std::map<std::int64_t, double>& measured, const Table& table, bool npo) {
  for (const auto& [step, distance] : measured) {
    INFO((npo ? "npo, " : "ascent, ") << step << " steps");
    if (step > 1) CHECK(std::abs(distance - table.at(step).first) <= table.at(step).second);
    CHECK(distance == Approx(plain(npo, step)).epsilon(1e-9));
  }
}

}  // namespace

TEST_CASE("theory: ascent diverges linearly, NPO logarithmically") {
  const auto ascent = distances("gradient-ascent", Json::object(), 1000);
  REQUIRE(ascent.size() == 4);
  check(ascent, ascent_table, false);
  const auto npo = distances("npo", {{"beta", 1.0}, {"retain_weight", 0.0}}, 1000);
  REQUIRE(npo.size() == 4);
  check(npo, npo_table, true);
}

TEST_CASE("theory: the whole table, one row of a cohort for each loss", "[slow]") {
  Problem problem = orthonormal_problem(100000);
  const Tensor x_NF = problem.forget.data.slice(0, items)[0];
  const auto twice = [](const Part& part) {
    return Part{part.data.select_rows({0, 0}), part.label_KN.repeat({2, 1}),
                part.id_KN.repeat({2, 1})};
  };
  problem.forget = twice(problem.forget);
  problem.retain = twice(problem.retain);
  problem.original.theta_KP = problem.original.theta_KP.repeat({2, 1});
  Run run({3, 3});
  const Tensor original_KN = reference_log_likelihood(problem, problem.forget, run);
  std::map<std::int64_t, double> ascent, npo_row;
  run.on_checkpoint([&](std::int64_t step, const Tensor& theta_KP) {
    if (ascent_table.count(step) == 0) return;
    ascent[step] = x_NF.mv(theta_KP[0]).norm().item<double>();
    npo_row[step] = x_NF.mv(theta_KP[1]).norm().item<double>();
  });
  edit(problem, run, Reads::forget, [&](const Sides& sides) {
    const Tensor log_p_AB = forget_log_likelihood(problem, sides);
    const Tensor npo_AB = npo(log_p_AB, sides.forget.gather(original_KN), numbers({1}, {1, 1}));
    return sides.forget.mean(at::cat({log_p_AB.slice(0, 0, 1), npo_AB.slice(0, 1)}, 0));
  });
  REQUIRE(ascent.size() == 5);
  check(ascent, ascent_table, false);
  check(npo_row, npo_table, true);
}

}  // namespace assay::unlearning::test
