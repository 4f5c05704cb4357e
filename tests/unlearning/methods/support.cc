#include "support.h"

#include "sdk/families/support/answer.h"
#include "sdk/families/support/outcome.h"
#include "sdk/internal/numerics.h"
#include "support/plugin_method.h"

#include <assay/common/error.h>

namespace assay::unlearning::test {
namespace {

// As in a worker: one thread. More would spin for one another on networks this small.
[[maybe_unused]] const bool configured = [] {
  configure_numerics();
  return true;
}();

}  // namespace

const std::vector<std::string>& method_names() {
  static const std::vector<std::string> names = {"bad-teacher",
                                                 "dm-direct",
                                                 "dmm",
                                                 "finetune",
                                                 "grad-diff",
                                                 "gradient-ascent",
                                                 "influence-newton",
                                                 "kl-min",
                                                 "l1-sparse",
                                                 "npo",
                                                 "oracle-matching",
                                                 "random-labels",
                                                 "retrain-budget",
                                                 "rmu",
                                                 "salun",
                                                 "scrub",
                                                 "simnpo",
                                                 "ssd"};
  return names;
}

Answer ask(const std::string& name, const Problem& problem, Run& run,
           const std::vector<Json>& parameters) {
  const MethodEntry& entry = assay::test::plugin_method(name);
  const MethodInfo info = entry.describe();
  REQUIRE(info.id == name);
  std::vector<CellRow> rows;
  for (std::size_t row = 0; row < run.seeds().size(); ++row) {
    const Json& given = parameters.size() == 1 ? parameters[0] : parameters.at(row);
    rows.push_back({run.seeds()[row], resolve_settings(given, info.parameters)});
  }
  const MethodHandle<Method> method(entry, row_parameters(info, rows));
  return method->unlearn(problem, run);
}

Model fit(const std::string& name, const Problem& problem, const Seeds& seeds,
          const std::vector<Json>& parameters) {
  Run run(seeds);
  Model model = ask(name, problem, run, parameters).model;
  for (std::int64_t row = 0; row < run.rows(); ++row) REQUIRE(run.failure(row).empty());
  return model;
}

Example precise_example(const Seeds& seeds, ExampleKind kind) {
  Example example = make_example(seeds, kind);
  Problem& problem = example.problem;
  problem.original.theta_KP = problem.original.theta_KP.to(at::kDouble);
  problem.fresh = [fresh = problem.fresh](std::int64_t draw) {
    const Model model = fresh(draw);
    return Model{model.network, model.theta_KP.to(at::kDouble)};
  };
  return example;
}

Recipe descent(std::int64_t epochs, std::int64_t batch, double lr) {
  Recipe recipe;
  recipe.epochs = epochs;
  recipe.batch = batch;
  recipe.lr = lr;
  recipe.schedule = "constant";
  recipe.optimizer = "sgd";
  return recipe;
}

Part part_of(const Tensor& x_KNF, const Tensor& label_KN, std::int64_t first_id) {
  const std::int64_t items = label_KN.size(1);
  return {Dataset::own(x_KNF), label_KN,
          at::arange(first_id, first_id + items, at::kLong).expand({label_KN.size(0), items})};
}

}  // namespace assay::unlearning::test
