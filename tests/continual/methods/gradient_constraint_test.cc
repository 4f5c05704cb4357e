#include "support.h"

#include <assay/continual/gradient_constraint.h>

#include <torch/csrc/autograd/autograd.h>
#include <cmath>

namespace assay::continual::test {
namespace {

std::vector<double> values(const Tensor& tensor) {
  const Tensor flat = tensor.contiguous();
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

}  // namespace

TEST_CASE("gem: the program by hand") {
  // One task: v = max(margin, -q / Q).
  CHECK(gem_dual({4}, {-2}, 0)[0] == Approx(0.5));
  CHECK(gem_dual({4}, {2}, 0)[0] == 0);
  CHECK(gem_dual({4}, {-2}, 0.7)[0] == Approx(0.7));
  // Orthogonal gradients decouple.
  const std::vector<double> two = gem_dual({1, 0, 0, 2}, {-3, 1}, 0);
  CHECK(two[0] == Approx(3));
  CHECK(two[1] == 0);
  CHECK(error_of([] { gem_dual({1, 0}, {1, 2}, 0); }) ==
        "gem_dual: expected a matrix of 4 numbers, got 2");
}

TEST_CASE("gem: the program against all active sets") {
  for (std::int64_t draw = 0; draw < 200; ++draw) {
    const std::int64_t n = 1 + draw % 5;
    const Tensor memory = Streams({3}, "test.memory").normal({n, 8}, draw)[0];
    const Tensor gradient = Streams({3}, "test.gradient").normal({8}, draw)[0];
    const Tensor square = memory.mm(memory.t()), q = memory.mv(gradient);
    for (const double margin : {0.0, 0.5}) {
      const Tensor expected = by_enumeration(square, q, margin);
      const Tensor v = numbers(gem_dual(values(square), values(q), margin), {n});
      CHECK(largest_difference(v, expected) < 1e-8);
    }
  }
}

TEST_CASE("gem: gradients that are copies of one another do no harm") {
  // Two equal tasks share what one alone would get: v_1 + v_2 = 2, and the gradient is the same.
  const std::vector<double> v = gem_dual({1, 1, 1, 1}, {-2, -2}, 0);
  CHECK(v[0] + v[1] == Approx(2));
  const std::vector<double> none = gem_dual({0, 0, 0, 1}, {0, -2}, 0);  // a memory that is empty
  CHECK(none[0] == 0);
  CHECK(none[1] == Approx(2));
}

TEST_CASE("gem: the projected gradient obeys every constraint, and only rows that need it change") {
  const Tensor memory_ATP = Streams({1, 2, 3, 4}, "test.memory").normal({3, 20});
  Tensor gradient_AP = Streams({1, 2, 3, 4}, "test.gradient").normal({20});
  gradient_AP[2] = memory_ATP[2].sum(0) * 3;  // agrees with all of its tasks
  REQUIRE((memory_ATP[2].mv(gradient_AP[2]).min().item<double>()) > 0);
  Tensor projected_AP = gradient_AP.clone();
  project_onto_cone(memory_ATP, at::zeros({4, 1}, at::kDouble), projected_AP);
  const Tensor product_AT = memory_ATP.bmm(projected_AP.unsqueeze(2)).squeeze(2);
  CHECK(product_AT.min().item<double>() > -1e-9);
  CHECK(projected_AP[2].equal(gradient_AP[2]));
  // The nearest such gradient: the step to it is orthogonal to it (the cone's projection).
  const Tensor step_AP = projected_AP - gradient_AP;
  CHECK((step_AP * projected_AP).sum(1).abs().max().item<double>() < 1e-9);
  // Rows of their own: alone the same.
  for (std::int64_t row = 0; row < 4; ++row) {
    Tensor alone = gradient_AP.slice(0, row, row + 1).clone();
    project_onto_cone(memory_ATP.slice(0, row, row + 1), at::zeros({1, 1}, at::kDouble), alone);
    CHECK(largest_difference(alone[0], projected_AP[row]) < 1e-12);
  }
  // The margin is each row's own.
  const Tensor margin_A1 = numbers({0, 0.5, 0.5, 0}, {4, 1});
  Tensor with_margin_AP = gradient_AP.clone();
  project_onto_cone(memory_ATP, margin_A1, with_margin_AP);
  CHECK(largest_difference(with_margin_AP[0], projected_AP[0]) < 1e-12);
  CHECK(largest_difference(with_margin_AP[1], projected_AP[1]) > 1e-3);
  CHECK(error_of([&] {
          project_onto_cone(memory_ATP, at::zeros({3, 1}, at::kDouble), with_margin_AP);
        }) ==
        "project_onto_cone: expected gradients [rows, tasks, parameters] for [4, 20] and a margin "
        "a row, got [4, 3, 20] and [3, 1]");
}

TEST_CASE("a-gem: the projection by hand") {
  // g = (1, 0), r = (-1, 1): g . r = -1, |r|^2 = 2, g + r / 2 = (1/2, 1/2). The second row agrees;
  // the third has no memory.
  Tensor gradient_AP = numbers({1, 0, 1, 0, 1, 0}, {3, 2});
  project_off(numbers({-1, 1, 1, 1, 0, 0}, {3, 2}), gradient_AP);
  CHECK(gradient_AP.equal(numbers({0.5, 0.5, 1, 0, 1, 0}, {3, 2})));
}

TEST_CASE("the gradient on remembered samples is autograd's, over their own outputs and weights") {
  const Seeds seeds = {1, 2};
  for (const char* arch : {"mlp", "cnn"}) {
    const bool mlp = arch == std::string("mlp");
    Problem problem =
        problem_of(seeds, Scenario::task, 36, 4, {.arch = arch, .width = 3, .depth = 1});
    Samples samples;
    samples.x = Streams(seeds, "test.x").normal({5, 36});
    samples.label_AM = integers({0, 1, 2, 3, 0, 1, 0, 2, 3, -1}, {2, 5});
    samples.allowed_AMC = samples.label_AM.unsqueeze(2)
                              .div(2, "floor")
                              .eq(integers({0, 0, 1, 1}, {4}));  // two heads of two
    samples.weight_AM = numbers({1, 1, 1, 1, 1, 1, 1, 0, 1, 0}, {2, 5});
    Batch batch = batch_of(samples.x, samples.label_AM, 4);
    Run run(seeds);
    const Tensor gradient_AP =
        gradient_on(*problem.start.network, batch, problem.start.theta_KP, samples, run);
    for (std::int64_t row = 0; row < 2; ++row) {
      const Tensor leaf = problem.start.theta_KP.slice(0, row, row + 1).detach().clone();
      leaf.requires_grad_(true);
      const Tensor z_MC = problem.start.network
                              ->forward(ParameterView(problem.start.network->layout(), leaf),
                                        samples.x.slice(0, row, row + 1), {})
                              .logits_KBC[0];
      Tensor loss = at::zeros({}, at::kDouble);
      for (std::int64_t m = 0; m < 5; ++m) {
        if (samples.weight_AM[row][m].item<double>() == 0) continue;
        const auto label = samples.label_AM[row][m].item<std::int64_t>();
        const Tensor head = z_MC[m].slice(0, label / 2 * 2, label / 2 * 2 + 2);
        loss = loss - head.log_softmax(0)[label % 2];
      }
      loss = loss / samples.weight_AM[row].sum();
      const Tensor expected = torch::autograd::grad({loss}, {leaf})[0];
      CHECK(largest_difference(gradient_AP[row], expected[0]) < 1e-12);
    }
    CHECK(run.costs(1).gradient_samples == 5);
    CHECK(run.costs(1).flops == Approx(15 * problem.start.network->forward_flops()));
    if (mlp) {
      samples.weight_AM = samples.weight_AM * 0;
      CHECK(gradient_on(*problem.start.network, batch, problem.start.theta_KP, samples, run)
                .abs()
                .max()
                .item<double>() == 0);
    }
  }
}

}  // namespace assay::continual::test
