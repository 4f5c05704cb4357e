#include "support.h"

#include "sdk/families/delta/example.h"
#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"

#include <ATen/ATen.h>

namespace assay::delta::test {

std::function<Model(const Problem&, Run&)> Probe::body;
const MethodEntry probe = assay::detail::method_entry<Probe>();

Json resolved(const Json& given) {
  return assay::test::resolved_settings("delta", given);
}

std::vector<RowOutcome> Benchmark::method(const MethodEntry& entry, const Json& parameters) const {
  std::vector<CellRow> rows;
  for (const std::uint64_t seed : seeds()) rows.push_back({seed, parameters_of(entry, parameters)});
  return method_rows(entry, std::move(rows));
}

namespace {

class Bigram final : public Network {
 public:
  explicit Bigram(std::int64_t symbols) : symbols_(symbols) {
    layout_.add("table", {symbols, symbols}, Initial::fan_in_uniform, 1);
  }
  Outputs forward(const ParameterView& parameters, const Tensor& x, const Mode&) const override {
    const Tensor symbol_V = at::arange(symbols_, x.options());
    const Tensor hot = x.unsqueeze(-1).eq(symbol_V).to(parameters[0].scalar_type());
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.push_back(symbols_);
    Outputs outputs;
    outputs.logits_KBC = hot.view({x.size(0), -1, symbols_}).bmm(parameters[0]).view(shape);
    return outputs;
  }
  const Layout& layout() const override { return layout_; }
  std::int64_t classes() const override { return symbols_; }
  double forward_flops() const override { return 0; }
  bool causal() const override { return true; }

 private:
  std::int64_t symbols_;
  Layout layout_;
};

Model in_double(Model model) {
  model.theta_KP = model.theta_KP.to(at::kDouble);
  return model;
}

}  // namespace

std::shared_ptr<const Network> bigram(std::int64_t symbols) {
  return std::make_shared<Bigram>(symbols);
}

Problem class_problem(const Seeds& seeds) {
  Problem problem = make_example(seeds, Kind::classes).problem;
  problem.student = in_double(problem.student);
  problem.pairs.data =
      Dataset::own(problem.pairs.data.slice(0, problem.pairs.count()).to(at::kDouble));
  return problem;
}

Problem sequence_problem(const Seeds& seeds) {
  constexpr std::int64_t symbols = 5, items = 6, length = 7;
  const auto rows = static_cast<std::int64_t>(seeds.size());
  Problem problem;
  problem.student.network = bigram(symbols);
  problem.student.theta_KP =
      initial_parameters(problem.student.network->layout(), Streams(seeds, "bigram"))
          .to(at::kDouble);
  const Tensor token_KN2T =
      (Streams(seeds, "tokens").uniform({items, 2, length}) * symbols).floor().to(at::kDouble);
  // Of item n the prompt has 1 + n % 3 tokens; its responses 3 and n % 4.
  Tensor mask_KN2T = at::zeros({rows, items, 2, length}, at::kBool);
  for (std::int64_t n = 0; n < items; ++n) {
    const std::int64_t prompt = 1 + n % 3;
    token_KN2T.select(1, n)
        .slice(2, 0, prompt)
        .select(1, 1)
        .copy_(token_KN2T.select(1, n).slice(2, 0, prompt).select(1, 0));
    mask_KN2T.select(1, n).select(1, 0).slice(1, prompt, prompt + 3).fill_(true);
    mask_KN2T.select(1, n).select(1, 1).slice(1, prompt, prompt + n % 4).fill_(true);
  }
  problem.pairs = {Dataset::own(token_KN2T), {}, mask_KN2T};
  return problem;
}

Json parameters_of(const MethodEntry& entry, const Json& given) {
  Json parameters = choices(entry.describe()).front().parameters;
  if (given.is_object()) parameters.update(given);
  return parameters;
}

Fit fit(const MethodEntry& entry, const Json& parameters, Problem problem, const Seeds& seeds,
        std::int64_t steps, double lr) {
  problem.recipe = {};
  problem.recipe.steps = steps;
  problem.recipe.batch = problem.pairs.count();
  problem.recipe.lr = lr;
  problem.recipe.schedule = "constant";
  problem.recipe.optimizer = "sgd";
  problem.curve.clear();
  for (std::int64_t step = 1; step <= steps; ++step) problem.curve.push_back(step);
  Fit result;
  result.theta_KP.push_back(problem.student.theta_KP.clone());
  Run run(seeds);
  run.on_checkpoint(
      [&](std::int64_t, const Tensor& theta_KP) { result.theta_KP.push_back(theta_KP.clone()); });
  void* method = entry.create(row_parameters(
      entry.describe(), std::vector<Json>(seeds.size(), parameters_of(entry, parameters))));
  static_cast<Method*>(method)->fit(problem, run);
  entry.destroy(method);
  result.loss.resize(static_cast<std::size_t>(steps));
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    for (const auto& [epoch, value] : run.curves(row).at("loss")) {
      result.loss.at(static_cast<std::size_t>(epoch - 1)).push_back(value);
    }
  }
  return result;
}

}  // namespace assay::delta::test
