#include "support.h"

#include "sdk/internal/numerics.h"

#include <memory>
#include <optional>

namespace assay::continual::test {
namespace {

// As in a worker: one thread.
[[maybe_unused]] const bool configured = [] {
  configure_numerics();
  return true;
}();

}  // namespace

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

Batch batch_of(const Tensor& x, const Tensor& label_AB, std::int64_t outputs, std::int64_t rows,
               const std::vector<std::int64_t>& rows_A) {
  Batch batch;
  batch.rows_A = at::tensor(at::ArrayRef<std::int64_t>(rows_A), at::kLong);
  batch.cohort_rows = rows;
  batch.x = x;
  batch.label_AB = label_AB;
  batch.weight_AB = at::ones(label_AB.sizes(), x.options());
  batch.share_AB = batch.weight_AB / static_cast<double>(label_AB.size(1));
  batch.allowed_ABC = at::ones({x.size(0), x.size(1), outputs}, x.options().dtype(at::kBool));
  batch.current = x.size(1);
  batch.part_ends = {batch.current};
  return batch;
}

Batch batch_of(const Tensor& x, const Tensor& label_AB, std::int64_t outputs) {
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < x.size(0); ++row) rows.push_back(row);
  return batch_of(x, label_AB, outputs, x.size(0), rows);
}

Problem problem_of(const Seeds& seeds, Scenario scenario, std::int64_t features,
                   std::int64_t outputs, const NetworkSpec& spec, std::int64_t tasks) {
  Problem problem;
  problem.scenario = scenario;
  problem.tasks = tasks;
  problem.start.network = make_network(spec, {features}, outputs);
  problem.start.theta_KP =
      initial_parameters(problem.start.network->layout(), Streams(seeds, "test.start"))
          .to(at::kDouble);
  problem.item_shape = {features};
  problem.place = "a test";
  return problem;
}

namespace {

double objective(const Tensor& square, const Tensor& q, const Tensor& v) {
  return (v.dot(square.mv(v)) / 2 + q.dot(v)).item<double>();
}

}  // namespace

Tensor by_enumeration(const Tensor& square, const Tensor& q, double margin) {
  const std::int64_t n = q.size(0);
  std::optional<Tensor> best;
  for (std::int64_t choice = 0; choice < (std::int64_t{1} << n); ++choice) {
    Tensor v = at::full({n}, margin, at::kDouble);
    std::vector<std::int64_t> free;
    for (std::int64_t i = 0; i < n; ++i) {
      if ((choice >> i & 1) != 0) free.push_back(i);
    }
    if (!free.empty()) {
      const Tensor place = at::tensor(free, at::kLong);
      v.index_fill_(0, place, 0);
      const Tensor right = -(q + square.mv(v)).index_select(0, place);
      v.index_copy_(0, place,
                    at::linalg_solve(square.index_select(0, place).index_select(1, place), right));
    }
    if (v.min().item<double>() < margin - 1e-12) continue;
    if (!best || objective(square, q, v) < objective(square, q, *best)) best = v;
  }
  return *best;
}

TensorStream classes_stream(const Seeds& seeds, Scenario scenario, std::int64_t tasks,
                            std::int64_t items, std::int64_t features) {
  const auto rows = static_cast<std::int64_t>(seeds.size());
  std::vector<TensorTask> parts;
  for (std::int64_t task = 0; task < tasks; ++task) {
    const Tensor x = Streams(seeds, "test.x").normal({2 * items, features}, task);
    const Tensor first =
        scenario == Scenario::domain ? integers({0}, {1}) : integers({2 * task}, {1});
    const Tensor label = (at::arange(2 * items, at::kLong).remainder(2) + first).repeat({rows, 1});
    parts.push_back(
        {x.slice(1, 0, items), label.slice(1, 0, items), x.slice(1, items), label.slice(1, items)});
  }
  return {parts, scenario_outputs_TC(scenario, tasks, 2)};
}

Learned learn(const std::string& method, const Problem& problem, const Stream& stream, Run& run,
              const std::vector<Json>& parameters, const StreamOptions& options) {
  const MethodEntry& entry = plugin_method(method);
  const MethodInfo info = entry.describe();
  std::vector<std::vector<Value>> values;
  for (std::size_t row = 0; row < run.seeds().size(); ++row) {
    const Json& given = parameters[parameters.size() == 1 ? 0 : row];
    auto& of_row = values.emplace_back();
    for (const ParameterSpec& spec : info.parameters) {
      Value value = spec.default_value;
      if (given.contains(spec.key)) {
        std::visit(
            [&](auto& to) {
              using To = std::decay_t<decltype(to)>;
              if constexpr (!std::is_same_v<To, std::monostate>) to = given.at(spec.key).get<To>();
            },
            value);
      }
      of_row.push_back(value);
    }
  }
  const Parameters resolved(info.parameters, values);
  std::unique_ptr<void, void (*)(void*) noexcept> made(entry.create(resolved), entry.destroy);
  return run_stream(problem, stream, *static_cast<Method*>(made.get()), entry.hooks, run, options);
}

Learned learn(const std::string& method, const Problem& problem, const Stream& stream,
              const Seeds& seeds, const std::vector<Json>& parameters,
              const StreamOptions& options) {
  Run run(seeds);
  Learned learned = learn(method, problem, stream, run, parameters, options);
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (run.failed(row)) throw Error(run.failure(row));
  }
  return learned;
}

void Bytes::operator()(std::string_view name, Tensor& value) {
  if (!value.defined()) return;
  bytes += static_cast<std::int64_t>(value.nbytes());
  names.push_back(prefix_ + std::string(name));
}

}  // namespace assay::continual::test
