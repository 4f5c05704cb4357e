#include "sdk/families/weak_to_strong/example.h"

#include <ATen/ATen.h>

#include <string>

namespace assay::weak_to_strong {

Example make_example(const std::vector<std::uint64_t>& seeds, std::int64_t classes) {
  constexpr std::int64_t items = 24, features = 5, supervisors = 3;
  const bool gaussian = classes == 1;
  const at::ScalarType type = gaussian ? at::kDouble : at::kFloat;
  const auto normal = [&](const std::string& purpose, at::IntArrayRef shape) {
    return Streams(seeds, "assay.conform." + purpose).normal(shape).to(type);
  };
  const auto answers = [&](const std::string& purpose, at::IntArrayRef shape) {
    return gaussian ? normal(purpose, shape) : normal(purpose, shape).softmax(-1);
  };
  const auto fresh = [&](std::int64_t width, const char* purpose) {
    Model model;
    model.network = make_network({.arch = "mlp", .width = width, .depth = 1}, {features}, classes);
    model.theta_KP = initial_parameters(model.network->layout(), Streams(seeds, purpose)).to(type);
    return model;
  };
  Example example{seeds, {}, normal("test", {items, features})};
  Problem& problem = example.problem;
  problem.likelihood = gaussian ? Likelihood::gaussian : Likelihood::categorical;
  problem.transfer = Dataset::own(normal("x", {items, features}));
  problem.validation = Dataset::own(normal("v", {items / 2, features}));
  problem.ensemble_KENC = answers("weak", {supervisors, items, classes});
  problem.weak_KNC = problem.ensemble_KENC.select(1, 0).clone();
  problem.weak_validation_KVC = answers("wv", {items / 2, classes});
  problem.student = fresh(8, "assay.student");
  for (const std::int64_t rung : {1, 2}) {
    const std::string name = "rung" + std::to_string(rung);
    problem.ladder.push_back({fresh(3 + rung, ("assay." + name).c_str()),
                              answers(name, {items, classes}),
                              answers(name + "v", {items / 2, classes})});
  }
  problem.recipe.epochs = 3;
  problem.recipe.batch = 10;
  problem.recipe.lr = 1e-2;
  return example;
}

Example with_labels_flipped(const Example& example, std::int64_t row) {
  Example changed = example;
  Problem& problem = changed.problem;
  const auto flip = [&](Tensor& value_KN, std::int64_t axis = 0) {
    value_KN = value_KN.clone();
    value_KN[row] = value_KN[row].flip(axis).clone();
  };
  flip(problem.weak_KNC);
  flip(problem.weak_validation_KVC);
  flip(problem.ensemble_KENC, 1);
  for (Rung& rung : problem.ladder) {
    flip(rung.label_KNC);
    flip(rung.validation_KVC);
  }
  return changed;
}

Example row_of(const Example& example, std::int64_t row) {
  const Problem& problem = example.problem;
  Example alone{{example.seeds.at(static_cast<std::size_t>(row))},
                problem,
                example.test_KNF.narrow(0, row, 1)};
  const auto own = [&](Tensor& value_KN) { value_KN = value_KN.narrow(0, row, 1).clone(); };
  alone.problem.transfer = problem.transfer.select_rows({row});
  own(alone.problem.weak_KNC);
  alone.problem.validation = problem.validation.select_rows({row});
  own(alone.problem.weak_validation_KVC);
  own(alone.problem.ensemble_KENC);
  alone.problem.student = select_rows(problem.student, {row});
  for (Rung& rung : alone.problem.ladder) {
    rung.start = select_rows(rung.start, {row});
    own(rung.label_KNC);
    own(rung.validation_KVC);
  }
  return alone;
}

}  // namespace assay::weak_to_strong
