// Convex problems, where the retrained optimum is known.
#include "support.h"

#include "sdk/families/support/linear_network.h"

#include <torch/csrc/autograd/autograd.h>

namespace assay::unlearning::test {
namespace {

constexpr std::int64_t items = 200, forgotten = 10, features = 8;
constexpr double ridge = 0.05;

struct Convex {
  Problem problem;
  Tensor x_NF, label_N;  ///< all items, the forgotten ones first
};

Convex convex_problem(Likelihood likelihood, std::int64_t outputs, std::uint64_t seed) {
  Convex convex;
  convex.x_NF = Streams({seed}, "test.x").normal({items, features})[0];
  const Tensor truth_FC = Streams({seed}, "test.truth").normal({features, outputs})[0];
  const Tensor score_NC =
      convex.x_NF.mm(truth_FC) + Streams({seed}, "test.noise").normal({items, outputs})[0];
  convex.label_N = likelihood == Likelihood::gaussian ? score_NC.squeeze(1) : score_NC.argmax(1);
  Problem& problem = convex.problem;
  problem.likelihood = likelihood;
  problem.ridge = ridge;
  const auto part = [&](std::int64_t from, std::int64_t to) {
    return part_of(convex.x_NF.slice(0, from, to).unsqueeze(0).contiguous(),
                   convex.label_N.slice(0, from, to).unsqueeze(0).contiguous(), from);
  };
  problem.forget = part(0, forgotten);
  problem.retain = part(forgotten, items);
  problem.original.network = make_linear(features, outputs);
  return convex;
}

/// argmin of mean (z - y)^2 / 2 + ridge/2 |theta|^2 over items from `from` on.
Tensor ridge_optimum(const Convex& convex, std::int64_t from) {
  const Tensor x = convex.x_NF.slice(0, from), y = convex.label_N.slice(0, from);
  const auto n = static_cast<double>(x.size(0));
  const Tensor a = x.t().mm(x) / n + ridge * at::eye(features, at::kDouble);
  return at::linalg_solve(a, x.t().mv(y) / n);
}

/// The same for the softmax, by Newton's method with the Hessian written out.
Tensor softmax_optimum(const Convex& convex, std::int64_t from, std::int64_t classes) {
  const Tensor x = convex.x_NF.slice(0, from), y = convex.label_N.slice(0, from);
  const auto n = static_cast<double>(x.size(0));
  const Tensor wanted = y.unsqueeze(1).eq(at::arange(classes)).to(at::kDouble);
  const std::int64_t size = features * classes;
  Tensor theta = at::zeros({size}, at::kDouble);
  for (int step = 0; step < 25; ++step) {
    const Tensor p = x.mm(theta.view({features, classes})).softmax(1);
    const Tensor slope = (x.t().mm(p - wanted) / n).reshape(-1) + ridge * theta;
    const Tensor inner = at::diag_embed(p) - p.unsqueeze(2) * p.unsqueeze(1);
    const Tensor hessian = at::einsum("nf,ng,nab->fagb", {x, x, inner}).reshape({size, size}) / n +
                           ridge * at::eye(size, at::kDouble);
    theta = theta - at::linalg_solve(hessian, slope);
  }
  return theta;
}

double share_left(const Tensor& theta, const Tensor& original, const Tensor& retrained) {
  return ((theta - retrained).norm() / (original - retrained).norm()).item<double>();
}

}  // namespace

TEST_CASE("convex: one Newton step reaches the retrained ridge regression") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    Convex convex = convex_problem(Likelihood::gaussian, 1, seed);
    const Tensor original = ridge_optimum(convex, 0), retrained = ridge_optimum(convex, forgotten);
    convex.problem.original.theta_KP = original.unsqueeze(0);
    const Tensor theta = fit("influence-newton", convex.problem, {seed}).theta_KP[0];
    CHECK(share_left(theta, original, retrained) < 1e-8);
  }
}

TEST_CASE("convex: a few Newton steps reach the retrained softmax regression") {
  for (const std::uint64_t seed : {1, 2}) {
    Convex convex = convex_problem(Likelihood::categorical, 3, seed);
    const Tensor original = softmax_optimum(convex, 0, 3);
    const Tensor retrained = softmax_optimum(convex, forgotten, 3);
    convex.problem.original.theta_KP = original.unsqueeze(0);
    const auto left = [&](int steps) {
      return share_left(
          fit("influence-newton", convex.problem, {seed}, {{{"steps", steps}}}).theta_KP[0],
          original, retrained);
    };
    const double one = left(1);
    CHECK(one > 1e-8);
    CHECK(one < 0.05);
    CHECK(left(4) < 1e-8);
  }
}

TEST_CASE("convex: datamodel matching reaches what the attribution predicts") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    Convex convex = convex_problem(Likelihood::gaussian, 1, seed);
    Problem& problem = convex.problem;
    const Tensor original = ridge_optimum(convex, 0), retrained = ridge_optimum(convex, forgotten);
    problem.original.theta_KP = original.unsqueeze(0);
    // By influence with the Hessian of all data: theta_0 - theta = -H^-1 sum over forget of the
    // slopes / n.
    const Tensor x = convex.x_NF, x_F = x.slice(0, 0, forgotten);
    const Tensor hessian =
        x.t().mm(x) / static_cast<double>(items) + ridge * at::eye(features, at::kDouble);
    const Tensor slope = x_F.t().mv(x_F.mv(original) - convex.label_N.slice(0, 0, forgotten));
    const Tensor owed = -at::linalg_solve(hessian, slope / static_cast<double>(items));
    const Tensor owed_NC = x.mv(owed).unsqueeze(1);
    problem.given_attribution = std::make_shared<Attribution>(Attribution{
        owed_NC.slice(0, 0, forgotten).unsqueeze(0), owed_NC.slice(0, forgotten).unsqueeze(0), {}});
    problem.recipe = descent(600, forgotten, 0.2);
    problem.retain_batch = 30;
    const Tensor theta = fit("dmm", problem, {seed}).theta_KP[0];
    CHECK(largest(theta, original - owed) < 1e-8);
    CHECK(share_left(theta, original, retrained) < 0.2);
  }
}

}  // namespace assay::unlearning::test
