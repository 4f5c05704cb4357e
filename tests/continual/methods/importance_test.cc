#include "support.h"

#include <assay/continual/importance.h>

#include <torch/csrc/autograd/autograd.h>
#include <cmath>

namespace assay::continual::test {
namespace {

struct Case {
  Case(const NetworkSpec& spec, std::int64_t outputs)
      : problem(problem_of({3, 8}, Scenario::task, 36, outputs, spec)) {
    task.index = 1;
    task.data =
        Dataset::own(Streams({3, 8}, "test.x").normal({9, 36}),
                     integers({0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, -1, -1, -1, -1}, {2, 9}));
    task.label_KN = integers({1, 2, 1, 1, 2, 2, 1, 2, 1, 2, 2, 1, 1, 2, -1, -1, -1, -1}, {2, 9});
  }

  std::int64_t count(std::int64_t row) const { return task.data.count(row); }

  /// The outputs of one sample, by `leaf` [1, P].
  Tensor outputs(std::int64_t row, std::int64_t n, const Tensor& leaf) const {
    const Tensor x = task.data.slice(n, n + 1).slice(0, row, row + 1);
    return problem.start.network
        ->forward(ParameterView(problem.start.network->layout(), leaf), x, {})
        .logits_KBC[0][0];
  }
  Tensor leaf(std::int64_t row) const {
    return problem.start.theta_KP.slice(0, row, row + 1).detach().clone().requires_grad_(true);
  }
  /// The gradient of what `value` makes of one sample's outputs, [P].
  template <class Value>
  Tensor gradient(std::int64_t row, std::int64_t n, const Value& value) const {
    const Tensor at = leaf(row);
    return torch::autograd::grad({value(outputs(row, n, at))}, {at})[0][0];
  }

  Problem problem;
  Task task;
};

const NetworkSpec specs[] = {{.width = 4, .depth = 1}, {.depth = 0}, {.arch = "cnn", .width = 2}};

void check_close(const Tensor& value_P, const Tensor& expected_P) {
  CHECK(largest_difference(value_P, expected_P) <=
        1e-6 * (expected_P.abs().max().item<double>() + 1e-12));
}

}  // namespace

TEST_CASE("importance: Fisher information over a task's outputs is the loop's over its samples") {
  for (const NetworkSpec& spec : specs) {
    CAPTURE(spec.arch, spec.depth);
    Case test(spec, 4);
    test.task.outputs_C = integers({0, 1, 1, 0}, {4}).to(at::kBool);
    Run run({3, 8});
    const auto fisher = [&](const std::string& estimator) {
      return task_fisher(test.problem.start, test.task, Likelihood::categorical,
                         fisher_label(estimator), 0, run);
    };
    const Tensor exact = fisher("exact"), given = fisher("true"), argmax = fisher("argmax");
    const Tensor sampled = fisher("sampled");
    for (std::int64_t row = 0; row < 2; ++row) {
      const auto items = test.count(row);
      Tensor of_exact = at::zeros_like(exact[row]), of_given = of_exact.clone(),
             of_argmax = of_exact.clone();
      for (std::int64_t n = 0; n < items; ++n) {
        const Tensor p = test.outputs(row, n, test.problem.start.theta_KP.slice(0, row, row + 1))
                             .slice(0, 1, 3)
                             .softmax(0);
        for (std::int64_t label = 1; label <= 2; ++label) {
          const Tensor squared = test.gradient(row, n,
                                               [&](const Tensor& z) {
                                                 return z.slice(0, 1, 3).log_softmax(0)[label - 1];
                                               })
                                     .square();
          const auto share = p[label - 1].item<double>();
          of_exact += squared * share / static_cast<double>(items);
          if (test.task.label_KN[row][n].item<std::int64_t>() == label) {
            of_given += squared / static_cast<double>(items);
          }
          if (share > 0.5) of_argmax += squared / static_cast<double>(items);
        }
      }
      check_close(exact[row], of_exact);
      check_close(given[row], of_given);
      check_close(argmax[row], of_argmax);
      CHECK(sampled[row].max().item<double>() > 0);
    }
    // Outputs of other tasks carry none: their columns of the output layer are zero.
    const Tensor head = slice_of({test.problem.start.network, exact}, "head.bias");
    CHECK(head.select(1, 0).abs().max().item<double>() == 0);
    CHECK(head.select(1, 3).abs().max().item<double>() == 0);
    // Nine and five samples: two passes for the exact one, one for each of the others.
    CHECK(run.costs(0).gradient_samples == 9 * 5);
    CHECK(run.costs(1).gradient_samples == 5 * 5);
  }
}

TEST_CASE("importance: Fisher information of numbers and of a single probability") {
  for (const NetworkSpec& spec : specs) {
    CAPTURE(spec.arch, spec.depth);
    const Case test(spec, 1);
    Run run({3, 8});
    FisherOptions options;
    options.likelihood = Likelihood::gaussian;
    const Tensor normal = diagonal_fisher(test.problem.start, test.task.data, options, run);
    options.likelihood = Likelihood::bernoulli;
    const Tensor bernoulli = diagonal_fisher(test.problem.start, test.task.data, options, run);
    for (std::int64_t row = 0; row < 2; ++row) {
      Tensor of_normal = at::zeros_like(normal[row]), of_bernoulli = of_normal.clone();
      for (std::int64_t n = 0; n < test.count(row); ++n) {
        const Tensor squared =
            test.gradient(row, n, [](const Tensor& z) { return z[0]; }).square() /
            static_cast<double>(test.count(row));
        const Tensor p =
            test.outputs(row, n, test.problem.start.theta_KP.slice(0, row, row + 1))[0].sigmoid();
        of_normal += squared;
        of_bernoulli += squared * p * (1 - p);
      }
      check_close(normal[row], of_normal);
      check_close(bernoulli[row], of_bernoulli);
    }
  }
  // Draws: of a model z = b, E (z - y)^2 = 1 and E (p - y)^2 = p (1 - p).
  Problem problem = problem_of({1}, Scenario::domain, 1, 1, {.depth = 0});
  problem.start.theta_KP = numbers({0, std::log(4.0)}, {1, 2});  // p = .8
  const Dataset data = Dataset::own(at::zeros({1, 4000, 1}, at::kDouble));
  Run run({1});
  FisherOptions options = FisherLabel::sampled;
  options.likelihood = Likelihood::gaussian;
  CHECK(diagonal_fisher(problem.start, data, options, run)[0][1].item<double>() ==
        Approx(1).margin(4 * std::sqrt(2.0 / 4000)));
  options.likelihood = Likelihood::bernoulli;
  // (p - y)^2 is .04 or .64: a standard deviation of .24.
  CHECK(diagonal_fisher(problem.start, data, options, run)[0][1].item<double>() ==
        Approx(0.16).margin(4 * 0.24 / std::sqrt(4000.0)));
  // Given labels, by hand: mean of (.8 - y)^2 over y = 1, 0, 0 and a number that is no label.
  options.label = FisherLabel::given;
  const Dataset four = Dataset::own(at::zeros({1, 4, 1}, at::kDouble));
  CHECK(diagonal_fisher(problem.start, four, options, run, integers({1, 0, 0, -1}, {1, 4}))[0][1]
            .item<double>() == Approx((0.04 + 0.64 + 0.64) / 4));
  options.likelihood = Likelihood::gaussian;
  const double z = std::log(4.0);
  CHECK(diagonal_fisher(problem.start, four, options, run, numbers({1, 0, z, z}, {1, 4}))[0][1]
            .item<double>() == Approx(((z - 1) * (z - 1) + z * z) / 4));
  options.label = FisherLabel::likeliest;
  CHECK(error_of([&] { diagonal_fisher(problem.start, four, options, run); }) ==
        "diagonal_fisher: the likeliest label of a normal distribution is its mean, where the "
        "derivative is zero: use expected, sampled or given");
  options = FisherLabel::expected;
  options.allowed_C = at::ones({3}, at::kBool);
  CHECK(error_of([&] { diagonal_fisher(problem.start, four, options, run); }) ==
        "diagonal_fisher: the network has 1 outputs, and those allowed are [3]");
}

TEST_CASE("importance: from a part of the samples, the same for a seed in company and alone") {
  Case test({.width = 4, .depth = 1}, 4);
  Run run({3, 8}), own({8});
  const Tensor together = task_fisher(test.problem.start, test.task, Likelihood::categorical,
                                      FisherLabel::given, 3, run);
  CHECK(run.costs(0).gradient_samples == 3);
  Task task = test.task;
  task.data = test.task.data.select_rows({1});
  task.label_KN = test.task.label_KN.slice(0, 1, 2);
  const Tensor alone = task_fisher(select_rows(test.problem.start, {1}), task,
                                   Likelihood::categorical, FisherLabel::given, 3, own);
  CHECK(largest_difference(alone[0], together[1]) < 1e-14);
  // A row with fewer samples than asked for has all of its own: five of eight.
  Run again({3, 8});
  const Tensor eight = task_fisher(test.problem.start, test.task, Likelihood::categorical,
                                   FisherLabel::given, 8, again);
  const Tensor all = task_fisher(test.problem.start, test.task, Likelihood::categorical,
                                 FisherLabel::given, 0, again);
  CHECK(largest_difference(eight[1], all[1]) < 1e-14);
  CHECK(largest_difference(eight[0], all[0]) > 1e-6);
  CHECK(error_of([] { fisher_label("best"); }) ==
        "estimator: \"best\" is none of exact, sampled, argmax, true");
}

TEST_CASE("importance: the outputs' sensitivity is the mean of each sample's absolute gradient") {
  for (const NetworkSpec& spec : specs) {
    CAPTURE(spec.arch, spec.depth);
    const Case test(spec, 4);
    Run run({3, 8});
    const Tensor allowed_C = integers({1, 1, 0, 1}, {4}).to(at::kBool);
    const Tensor sensitivity =
        output_sensitivity(test.problem.start, test.task.data, allowed_C, run);
    for (std::int64_t row = 0; row < 2; ++row) {
      Tensor expected = at::zeros_like(sensitivity[row]);
      for (std::int64_t n = 0; n < test.count(row); ++n) {
        expected += test.gradient(row, n,
                                  [&](const Tensor& z) {
                                    return (z * allowed_C.to(at::kDouble)).square().sum();
                                  })
                        .abs() /
                    static_cast<double>(test.count(row));
      }
      check_close(sensitivity[row], expected);
    }
    CHECK(run.costs(1).gradient_samples == 5);
    CHECK(error_of([&] {
            output_sensitivity(test.problem.start, test.task.data, at::ones({2}), run);
          }) ==
          "output_sensitivity: the model has 2 rows and 4 outputs, the data set 2 rows, the "
          "run 2, and the outputs allowed are [2]");
  }
  // By hand: z = w x + b at w = 1, b = 0 for x = 1 and -2: d z^2 / dw = 2 z x = 2 and 8, and
  // d z^2 / db = 2 z = 2 and -4, whose mean size is 3 (the size of the mean would be 1).
  Problem problem = problem_of({1}, Scenario::domain, 1, 1, {.depth = 0});
  problem.start.theta_KP = numbers({1, 0}, {1, 2});
  Run run({1});
  CHECK(output_sensitivity(problem.start, Dataset::own(numbers({1, -2}, {1, 2, 1})), {}, run)
            .equal(numbers({5, 3}, {1, 2})));
}

TEST_CASE("importance: the path integral of a quadratic is the loss that was won") {
  // L = theta^2 h / 2 for h = (1, 3), small steps: the integral of -g d theta is the fall of L, and
  // w / (d theta^2) is about h / 2 when theta goes to 0.
  const Tensor h = numbers({1, 3}, {1, 2});
  Tensor theta = numbers({2, 2}, {1, 2});
  const Batch batch = batch_of(at::zeros({1, 1, 1}, at::kDouble), integers({0}, {1, 1}), 2);
  PathIntegral path;
  path.begin(theta);
  for (int step = 0; step < 40000; ++step) {
    const Tensor gradient = h * theta;
    path.before_step(theta, gradient);
    theta = theta - 2e-4 * gradient;
    path.after_step(batch, theta);
  }
  CHECK(largest_difference(path.importance(theta, 0), h / 2) < 2e-3);
  CHECK(largest_difference(path.importance(theta, 4), h * 2 / (4 + 4)) < 2e-3);
}

TEST_CASE("importance: the path integral by hand, and a row that is left out") {
  PathIntegral path;
  path.begin(numbers({0, 0, 0, 0}, {2, 2}));
  const Tensor x = at::zeros({2, 1, 1}, at::kDouble);
  const Batch both = batch_of(x, integers({0, 0}, {2, 1}), 2);
  path.before_step(numbers({0, 0, 0, 0}, {2, 2}), numbers({1, 2, 3, -1}, {2, 2}));
  path.after_step(both, numbers({-.5, 1, -1, 1}, {2, 2}));  // w = .5, -2; 3, 1
  const Batch second = batch_of(x.slice(0, 1), integers({0}, {1, 1}), 2, 2, {1});
  path.before_step(numbers({-1, 1}, {1, 2}), numbers({2, 2}, {1, 2}));
  path.after_step(second, numbers({-2, 1}, {1, 2}));  // + 2, 0
  // w / (d^2 + xi), negative as zero: .5 / (.25 + 1), 0; 5 / (4 + 1), 1 / (1 + 1).
  CHECK(largest_difference(path.importance(numbers({-.5, 1, -2, 1}, {2, 2}), 1),
                           numbers({.4, 0, 1, .5}, {2, 2})) < 1e-15);
  Bytes bytes;
  path.state(bytes);
  CHECK(bytes.bytes == 2 * 4 * 8);
}

}  // namespace assay::continual::test
