#include "sdk/families/continual/example.h"

#include <ATen/ATen.h>

namespace assay::continual {
namespace {

const char* name_of(Scenario scenario) {
  switch (scenario) {
    case Scenario::task:
      return "task";
    case Scenario::domain:
      return "domain";
    case Scenario::class_:
      return "class";
  }
  return "";
}

}  // namespace

Example make_example(const Seeds& seeds, Scenario scenario, Likelihood likelihood,
                     bool boundaries) {
  constexpr std::int64_t count = 3, each = 2, items = 24, features = 5;
  const bool numbers = likelihood == Likelihood::gaussian;
  const auto normal = [&](const char* purpose, at::IntArrayRef shape, std::int64_t draw) {
    return Streams(seeds, purpose).normal(shape, draw);
  };
  Example example;
  example.seeds = seeds;
  example.outputs_TC = scenario_outputs_TC(scenario, count, numbers ? 1 : each);
  for (std::int64_t task = 0; task < count; ++task) {
    const Tensor x_KNF = normal("assay.conform.x", {items, features}, task);
    const Tensor test_KMF = normal("assay.conform.test", {items, features}, task);
    const auto label = [&](const Tensor& x) {
      const Tensor w_KF1 = normal("assay.conform.w", {features, 1}, task);
      const Tensor value_KN = x.matmul(w_KF1).squeeze(2);
      if (numbers) return value_KN;
      const std::int64_t first = scenario == Scenario::domain ? 0 : task * each;
      return value_KN.gt(0).to(at::kLong) + first;
    };
    example.tasks.push_back({x_KNF, label(x_KNF), test_KMF, label(test_KMF)});
  }
  Problem& problem = example.problem;
  problem.scenario = scenario;
  problem.likelihood = likelihood;
  problem.tasks = count;
  problem.boundaries = boundaries;
  problem.item_shape = {features};
  problem.place = std::string("the method in the scenario ") + name_of(scenario);
  problem.start.network = make_network({.arch = "mlp", .width = 8, .depth = numbers ? 0 : 1},
                                       {features}, example.outputs_TC.size(1));
  problem.start.theta_KP =
      initial_parameters(problem.start.network->layout(), Streams(seeds, "assay.start"))
          .to(at::kDouble);
  problem.recipe.epochs = 1;
  problem.recipe.steps = 7;
  problem.recipe.batch = 10;
  problem.recipe.lr = 1e-2;
  problem.recipe.schedule = "constant";
  return example;
}

Example row_of(const Example& example, std::int64_t row) {
  Example alone = example;
  alone.seeds = {example.seeds.at(static_cast<std::size_t>(row))};
  alone.problem.start = select_rows(example.problem.start, {row});
  for (TensorTask& task : alone.tasks) {
    for (Tensor* part : {&task.x_KNF, &task.label_KN, &task.test_KMF, &task.test_label_KM}) {
      *part = part->narrow(0, row, 1).clone();
    }
  }
  return alone;
}

}  // namespace assay::continual
