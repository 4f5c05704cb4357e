// Optimizer steps of continual methods, with their own plugins, through the family's driver: those
// of the second task, when a method has a past to think of.
#include "bench/support/clock.h"
#include "bench/support/networks.h"
#include "sdk/families/continual/learner.h"
#include "sdk/families/support/answer.h"
#include "worker/plugin_loader.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

namespace assay::bench {
namespace {

using continual::Batch;
using continual::Items;
using continual::Method;
using continual::Problem;
using continual::Task;

constexpr std::int64_t steps = 64;  // of a task
constexpr std::int64_t models = 10, classes = 10, inputs = 784, tests = 100;

const MeasuredNetwork& network() {
  const auto& all = measured_networks();
  return *std::find_if(all.begin(), all.end(),
                       [](const auto& one) { return one.name == "mlp-784-100-100-10"; });
}

/// Two tasks of random items that all rows share; what the outputs mean does not change.
class RandomStream final : public continual::Stream {
 public:
  explicit RandomStream(std::int64_t items)
      : items_(items),
        pool_(at::randn({2 * items, inputs})),
        label_N_(at::randint(classes, {2 * items}, at::kLong)) {}

  std::int64_t rows() const override { return models; }
  std::int64_t tasks() const override { return 2; }
  std::vector<std::int64_t> input_shape() const override { return {inputs}; }
  Tensor outputs_TC() const override { return at::ones({2, classes}, at::kBool); }
  Items training(const std::vector<std::int64_t>& tasks) const override {
    return items_from(tasks.at(0) * items_, items_);
  }
  Items validation(const std::vector<std::int64_t>& tasks) const override {
    return training(tasks);
  }
  Dataset test() const override { return items_from(0, 2 * tests).data; }
  std::unique_ptr<continual::Truth> truth() const override { return nullptr; }

 private:
  Items items_from(std::int64_t first, std::int64_t count) const {
    const Tensor item_KN = at::arange(first, first + count, at::kLong).expand({models, count});
    return {Dataset::shared(pool_, item_KN),
            label_N_.narrow(0, first, count).expand({models, count}).contiguous()};
  }

  std::int64_t items_;
  Tensor pool_, label_N_;
};

/// A method whose last task is timed, from its begin_task to its end_task.
class Timed final : public Method {
 public:
  Timed(Method& method, std::uint32_t hooks) : method_(method), hooks_(hooks) {}

  std::uint32_t hooks() const { return hooks_ | begin_task_hook | end_task_hook; }
  double seconds() const { return seconds_; }

  void begin(const Problem& problem, Run& run) override { method_.begin(problem, run); }
  void begin_task(const Task& task, const Model& model, Run& run) override {
    if ((hooks_ & begin_task_hook) != 0) method_.begin_task(task, model, run);
    seconds_ = -cpu_seconds();
  }
  void prepare_batch(Batch& batch, Run& run) override { method_.prepare_batch(batch, run); }
  Tensor loss(const Batch& batch) override { return method_.loss(batch); }
  void after_backward(const Batch& batch, const Tensor& theta_AP, Tensor& gradient_AP) override {
    method_.after_backward(batch, theta_AP, gradient_AP);
  }
  void after_step(const Batch& batch, Tensor& theta_AP) override {
    method_.after_step(batch, theta_AP);
  }
  void end_task(const Task& task, Model& model, Run& run) override {
    seconds_ += cpu_seconds();
    if ((hooks_ & end_task_hook) != 0) method_.end_task(task, model, run);
  }
  void state(continual::State& state) override { method_.state(state); }

 private:
  Method& method_;
  std::uint32_t hooks_;
  double seconds_ = 0;
};

/// The defaults; of what the rivals have to be told too, their values.
Parameters parameters_of(const MethodInfo& info) {
  std::vector<Value> values;
  for (const ParameterSpec& spec : info.parameters) {
    values.push_back(spec.default_value);
    if (spec.key == "lambda") values.back() = 1.0;
    if (spec.key == "samples") values.back() = std::int64_t{256};
  }
  return Parameters(info.parameters, std::vector<std::vector<Value>>(models, values));
}

Problem problem_of(std::int64_t batch) {
  Problem problem;
  problem.scenario = continual::Scenario::domain;
  problem.tasks = 2;
  problem.start = cohort(network(), models);
  problem.recipe.epochs = 1;
  problem.recipe.batch = batch;
  problem.recipe.optimizer = "sgd";
  problem.recipe.lr = 0.05;
  problem.recipe.schedule = "constant";
  problem.item_shape = {inputs};
  problem.place = "a benchmark";
  return problem;
}

void second_task(benchmark::State& state, const std::string& name, std::int64_t batch) {
  const LoadedPlugin& plugin = load_plugin(ASSAY_BENCH_PLUGINS "/" + name + ".so");
  const MethodEntry& entry = find_method(plugin, name);
  const Parameters parameters = parameters_of(entry.describe());
  const RandomStream stream(steps * batch);
  const Problem problem = problem_of(batch);
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    Run run(first_seeds(models));
    const MethodHandle<Method> method(entry, parameters);
    Timed timed(*method, entry.hooks);
    benchmark::DoNotOptimize(
        continual::run_stream(problem, stream, timed, timed.hooks(), run).model.theta_KP);
    for (std::int64_t row = 0; row < models; ++row) {
      if (run.failed(row)) throw Error(name + " failed: " + run.failure(row));
    }
    state.SetIterationTime(timed.seconds());
    seconds += timed.seconds();
  }
  const StepCost cost = network().cost(name == "er" ? 2 * batch : batch);
  const double step = seconds / static_cast<double>(state.iterations() * steps * models);
  const double products = products_seconds(cost.products, models) / static_cast<double>(models);
  state.counters["K"] = static_cast<double>(models);
  state.counters["us_per_model_step"] = 1e6 * step;
  state.counters["gflops"] = 1e-9 * cost.flops() / step;
  state.counters["sgemm_share"] = cost.flops() / step / sgemm_peak();
  state.counters["products_share"] = products / step;
}

}  // namespace

void register_benchmarks() {
  for (const std::int64_t batch : {32, 128}) {
    for (const std::string name : {"naive", "ewc", "er"}) {
      benchmark::RegisterBenchmark((name + "/batch=" + std::to_string(batch) + "/K=10").c_str(),
                                   second_task, name, batch)
          ->Unit(benchmark::kMillisecond)
          ->UseManualTime();
    }
  }
}

}  // namespace assay::bench
