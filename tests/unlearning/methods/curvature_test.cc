// Gradients, Hessians and solvers against slow plain ones.
#include "support.h"

#include <assay/unlearning/curvature.h>

namespace assay::unlearning::test {
namespace {

Tensor rows_of_normals(const Seeds& seeds, const char* purpose, const Tensor& like) {
  return Streams(seeds, purpose).normal({like.size(1)});
}

}  // namespace

TEST_CASE("curvature: the mean gradient is the mean of the samples' gradients") {
  const Seeds seeds = {4, 5};
  for (const Likelihood kind : {Likelihood::categorical, Likelihood::bernoulli}) {
    const Example example = precise_example(seeds, {kind});
    const Model& model = example.problem.original;
    const Part& part = example.problem.retain;
    Run run(seeds);
    const Tensor mean_KP = mean_gradient(model, part, negative_log_likelihood(kind), run);
    CHECK(run.costs(0).gradient_samples == part.data.count(0));
    for (std::int64_t row = 0; row < 2; ++row) {
      const Tensor each_NP = per_sample_gradients(
          *model.network, model.theta_KP[row], part.data.slice(0, 60)[row].to(at::kDouble),
          [&](const Tensor& logits_N1C) {
            return -log_likelihood(kind, logits_N1C, part.label_KN[row].unsqueeze(1)).squeeze(1);
          });
      CHECK(largest(mean_KP[row], each_NP.mean(0)) < 1e-12);
    }
  }
}

TEST_CASE("curvature: products with the Hessian are slopes of the gradient") {
  const Seeds seeds = {4, 5};
  for (const ExampleKind kind :
       {ExampleKind{Likelihood::categorical}, ExampleKind{Likelihood::bernoulli},
        ExampleKind{Likelihood::gaussian, true}}) {
    const Example example = precise_example(seeds, kind);
    const Model& model = example.problem.original;
    const PartLoss loss = negative_log_likelihood(kind.likelihood);
    const Tensor v_KP = rows_of_normals(seeds, "test.v", model.theta_KP);
    Run run(seeds);
    constexpr double h = 1e-5;
    const auto gradient = [&](double step) {
      return mean_gradient({model.network, model.theta_KP + step * v_KP}, example.problem.retain,
                           loss, run);
    };
    const Tensor slope_KP = (gradient(h) - gradient(-h)) / (2 * h);
    CHECK(largest(hessian_product(model, example.problem.retain, loss, v_KP), slope_KP) < 1e-7);
  }
}

TEST_CASE("curvature: conjugate gradients solve every row, each in its own number of products") {
  const Seeds seeds = {1, 2, 3};
  constexpr std::int64_t size = 12;
  const Tensor root = Streams(seeds, "test.a").normal({size, size});
  Tensor a = root.bmm(root.transpose(1, 2)) / size + at::eye(size, at::kDouble);
  a[1].copy_(3 * at::eye(size, at::kDouble));  // solved by one product
  Tensor b_KP = Streams(seeds, "test.b").normal({size});
  b_KP[2].zero_();  // and by none
  const auto product = [&](const Tensor& v) { return a.bmm(v.unsqueeze(2)).squeeze(2); };
  const Solution solution = conjugate_gradients(product, b_KP, 1e-13, 50);
  CHECK(largest(solution.x_KP, at::linalg_solve(a, b_KP.unsqueeze(2)).squeeze(2)) < 1e-11);
  CHECK(solution.products_K[0] >= 5);
  CHECK(solution.products_K[0] <= size + 3);
  CHECK(solution.products_K[1] == 1);
  CHECK(solution.products_K[2] == 0);
  // A limit on products holds; the rows that were done earlier are not touched by those that were
  // not.
  const Solution few = conjugate_gradients(product, b_KP, 1e-13, 2);
  CHECK(few.products_K[0] == 2);
  CHECK(few.x_KP[1].equal(solution.x_KP[1]));
}

TEST_CASE("curvature: the solver stops at negative curvature") {
  // A = diag(2, -1). b = (1, 0) never meets the second direction; b = (0, 1) meets nothing else.
  // b = (2, 1): b'Ab = 7, one step of 5/7 b; then the next direction (-10, 20)/7 + ... has none.
  const Tensor diagonal = numbers({2, -1}, {1, 2});
  const auto solve = [&](const Tensor& b) {
    return conjugate_gradients([&](const Tensor& v) { return diagonal * v; }, b, 1e-12, 10);
  };
  CHECK(largest(solve(numbers({1, 0}, {1, 2})).x_KP, numbers({.5, 0}, {1, 2})) < 1e-14);
  CHECK(solve(numbers({0, 1}, {1, 2})).x_KP.equal(numbers({0, 1}, {1, 2})));
  // b = (2, 1): the residual after the step is (2 - 20/7, 1 + 5/7) = (-6/7, 12/7), beta 180/245,
  // the direction (30/49, 120/49) with curvature 2 (30/49)^2 - (120/49)^2 < 0.
  CHECK(largest(solve(numbers({2, 1}, {1, 2})).x_KP, numbers({10. / 7, 5. / 7}, {1, 2})) < 1e-14);
}

TEST_CASE("curvature: costs are each row's own, and a mismatch is said") {
  const Seeds seeds = {4, 5};
  const Example example = precise_example(seeds, {Likelihood::gaussian, true});
  Run run(seeds);
  const NewtonSettings settings{.damping_K1 = at::zeros({2, 1}), .scale_K1 = at::ones({2, 1})};
  newton_step(example.problem, example.problem.original, settings, run);
  for (std::int64_t row = 0; row < 2; ++row) {
    const Example alone = row_of(example, row);
    Run own(alone.seeds);
    newton_step(alone.problem, alone.problem.original,
                {.damping_K1 = at::zeros({1, 1}), .scale_K1 = at::ones({1, 1})}, own);
    CHECK(run.costs(row).gradient_samples == own.costs(0).gradient_samples);
    // Six parameters: six products at most, each twice the 60 items, and the gradient.
    CHECK(run.costs(row).gradient_samples > 60);
    CHECK(run.costs(row).gradient_samples <= 60 * (1 + 2 * 6));
  }
  CHECK(error_of([&] {
          mean_gradient(select_rows(example.problem.original, {0}), example.problem.retain,
                        negative_log_likelihood(Likelihood::gaussian), run);
        }) == "curvature: the model has 1 rows, the items 2");
}

}  // namespace assay::unlearning::test
