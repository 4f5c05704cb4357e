// The convex tasks' loss: derivatives against finite differences, the optimum against closed forms.
#include "sdk/families/unlearning/convex_loss.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <limits>

namespace assay::unlearning::test {
namespace {

struct Case {
  Likelihood likelihood;
  std::int64_t outputs;
};

struct Data {
  Tensor x_KND, label_KN;
};

Data made(Case which, std::int64_t rows) {
  const Streams streams(rows == 1 ? Seeds{3} : Seeds{3, 4}, "test");
  const Tensor u_KN = streams.uniform({12}, 1);
  const Tensor label = which.likelihood == Likelihood::gaussian
                           ? u_KN
                           : (u_KN * (which.outputs > 1 ? 3 : 2)).to(at::kLong);
  return {streams.normal({12, 4}), label};
}

/// The mean loss as documented, from log-likelihoods.
Tensor value_K(const ConvexLoss& loss, const Tensor& theta_KP, const Data& data) {
  const Tensor z_KNC = loss.logits(theta_KP, data.x_KND);
  return -log_likelihood(loss.likelihood, z_KNC, data.label_KN).mean(1) +
         theta_KP.square().sum(1) * (loss.ridge / 2);
}

}  // namespace

TEST_CASE("convex: gradient and Hessian against central differences") {
  for (const Case which : {Case{Likelihood::categorical, 3}, Case{Likelihood::bernoulli, 1},
                           Case{Likelihood::gaussian, 1}}) {
    const ConvexLoss loss{which.likelihood, 0.3};
    const Data data = made(which, 1);
    const std::int64_t parameters = 4 * which.outputs;
    const Tensor theta = Streams({5}, "theta").normal({parameters});
    const Tensor gradient = loss.gradient(theta, data.x_KND, data.label_KN);
    const Tensor hessian = loss.hessian(theta, data.x_KND);
    constexpr double h = 1e-5;
    for (std::int64_t p = 0; p < parameters; ++p) {
      Tensor up = theta.clone(), down = theta.clone();
      up[0][p] += h;
      down[0][p] -= h;
      const double slope =
          (value_K(loss, up, data) - value_K(loss, down, data)).item<double>() / (2 * h);
      CHECK(gradient[0][p].item<double>() == Approx(slope).epsilon(1e-6).margin(1e-8));
      const Tensor column = (loss.gradient(up, data.x_KND, data.label_KN) -
                             loss.gradient(down, data.x_KND, data.label_KN)) /
                            (2 * h);
      CHECK(at::allclose(hessian[0][p], column[0], 1e-6, 1e-8));
    }
  }
}

TEST_CASE("convex: ridge regression's optimum is the normal equations'") {
  const Data data = made({Likelihood::gaussian, 1}, 2);
  const Optimum optimum = minimise({Likelihood::gaussian, 0.2}, data.x_KND, data.label_KN, 1);
  const Tensor x_KDN = data.x_KND.transpose(1, 2);
  const Tensor square = x_KDN.bmm(data.x_KND) / 12 + at::eye(4, at::kDouble) * 0.2;
  const Tensor expected = at::linalg_solve(square, x_KDN.bmm(data.label_KN.unsqueeze(2)) / 12);
  CHECK(at::allclose(optimum.theta_KP, expected.squeeze(2), 1e-10, 1e-12));
  CHECK(at::equal(optimum.hessians_K, at::ones({2}, at::kLong)));
  CHECK(optimum.reached_K.all().item<bool>());
}

TEST_CASE("convex: softmax regression's gradient vanishes at the optimum, row by row") {
  const ConvexLoss loss{Likelihood::categorical, 0.05};
  const Data both = made({Likelihood::categorical, 3}, 2),
             one = made({Likelihood::categorical, 3}, 1);
  const Optimum together = minimise(loss, both.x_KND, both.label_KN, 3);
  CHECK(loss.gradient(together.theta_KP, both.x_KND, both.label_KN).abs().max().item<double>() <
        1e-11);
  const Optimum alone = minimise(loss, one.x_KND, one.label_KN, 3);
  CHECK(at::allclose(together.theta_KP[0], alone.theta_KP[0], 1e-12, 1e-12));
  CHECK(together.hessians_K[0].item<std::int64_t>() == alone.hessians_K[0].item<std::int64_t>());
}

TEST_CASE("convex: a row that does not arrive says so, and the others are found") {
  const ConvexLoss loss{Likelihood::categorical, 0.05};
  Data both = made({Likelihood::categorical, 3}, 2);
  const Optimum found = minimise(loss, both.x_KND, both.label_KN, 3);
  both.x_KND = both.x_KND.clone();
  both.x_KND[1].fill_(std::numeric_limits<double>::quiet_NaN());
  const Optimum optimum = minimise(loss, both.x_KND, both.label_KN, 3);
  CHECK(optimum.reached_K[0].item<bool>());
  CHECK_FALSE(optimum.reached_K[1].item<bool>());
  CHECK(at::equal(optimum.theta_KP[0], found.theta_KP[0]));
  CHECK(optimum.hessians_K[0].item<std::int64_t>() == found.hessians_K[0].item<std::int64_t>());
  CHECK(optimum.hessians_K[1].item<std::int64_t>() == 50);
}

}  // namespace assay::unlearning::test
