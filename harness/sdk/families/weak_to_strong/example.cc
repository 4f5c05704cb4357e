#include "sdk/families/weak_to_strong/example.h"

#include <ATen/ATen.h>

namespace assay::weak_to_strong {

Example make_example(const std::vector<std::uint64_t>& seeds, std::int64_t classes) {
  constexpr std::int64_t items = 24, features = 5;
  const auto normal = [&](const char* purpose, at::IntArrayRef shape) {
    return Streams(seeds, purpose).normal(shape).to(at::kFloat);
  };
  Example example{seeds, {}, normal("assay.conform.test", {items, features})};
  Problem& problem = example.problem;
  problem.transfer = Dataset::own(normal("assay.conform.x", {items, features}));
  problem.weak_KNC = normal("assay.conform.weak", {items, classes}).softmax(2);
  problem.validation = Dataset::own(normal("assay.conform.v", {items / 2, features}));
  problem.weak_validation_KVC = normal("assay.conform.wv", {items / 2, classes}).softmax(2);
  problem.student.network =
      make_network({.arch = "mlp", .width = 8, .depth = 1}, {features}, classes);
  problem.student.theta_KP = initial_parameters(problem.student.network->layout(),
                                                Streams(seeds, "assay.student"));
  problem.recipe.epochs = 3;
  problem.recipe.batch = 10;
  problem.recipe.lr = 1e-2;
  return example;
}

Example row_of(const Example& example, std::int64_t row) {
  const Problem& problem = example.problem;
  Example alone{{example.seeds.at(static_cast<std::size_t>(row))},
                problem,
                example.test_KNF.narrow(0, row, 1)};
  alone.problem.transfer = problem.transfer.select_rows({row});
  alone.problem.weak_KNC = problem.weak_KNC.narrow(0, row, 1).clone();
  alone.problem.validation = problem.validation.select_rows({row});
  alone.problem.weak_validation_KVC = problem.weak_validation_KVC.narrow(0, row, 1).clone();
  alone.problem.student = select_rows(problem.student, {row});
  return alone;
}

}  // namespace assay::weak_to_strong
