// Theorem 2 of Zhang et al. 2024 (arXiv:2404.05868): on a binary logistic problem with orthonormal
// inputs gradient ascent diverges linearly in the number of steps, NPO logarithmically. The table
// is that of a plain program, for theta_0 = 0 and the mean loss.
#include "support.h"

#include "sdk/families/unlearning/linear_network.h"

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

void check(std::int64_t most) {
  // Rounded as published: to two digits after the point, one, and none.
  const std::map<std::int64_t, std::pair<double, double>> ascent = {{10, {.92, .005}},
                                                                    {100, {12.6, .05}},
                                                                    {1000, {171, .5}},
                                                                    {10000, {1762, .5}},
                                                                    {100000, {17672, .5}}};
  const std::map<std::int64_t, std::pair<double, double>> npo = {{10, {.90, .005}},
                                                                 {100, {8.9, .05}},
                                                                 {1000, {26.3, .05}},
                                                                 {10000, {40.2, .05}},
                                                                 {100000, {53.3, .05}}};
  const auto compare = [&](const auto& measured, const auto& table, bool is_npo) {
    for (const auto& [step, row] : table) {
      if (step > most) continue;
      INFO((is_npo ? "npo, " : "ascent, ") << step << " steps");
      CHECK(std::abs(measured.at(step) - row.first) <= row.second);
      CHECK(measured.at(step) == Approx(plain(is_npo, step)).epsilon(1e-9));
    }
  };
  compare(distances("gradient-ascent", Json::object(), most), ascent, false);
  compare(distances("npo", {{"beta", 1.0}, {"retain_weight", 0.0}}, most), npo, true);
}

}  // namespace

TEST_CASE("theory: ascent diverges linearly, NPO logarithmically") {
  check(1000);
}

TEST_CASE("theory: the whole table", "[slow]") {
  check(100000);
}

}  // namespace assay::unlearning::test
