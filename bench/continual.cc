#include "bench/support/clock.h"
#include "bench/support/networks.h"

#include <assay/losses.h>
#include <assay/train.h>

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <string>

namespace assay::bench {
namespace {

constexpr std::int64_t steps = 64;

void task(benchmark::State& state, const std::string& method, std::int64_t batch, std::int64_t models) {
  const MeasuredNetwork network = {.name = "mlp-784-100-100-10", .spec = {.arch = "mlp", .width = 100, .depth = 2}, .input = {784}};
  const Model start = cohort(network, models);
  const std::int64_t items = steps * batch;
  const Tensor item_KN = at::arange(items, at::kLong).unsqueeze(0).expand({models, items});
  const Dataset data = Dataset::shared(at::randn({items, 784}), item_KN.contiguous());
  const Tensor label_KN = at::randint(10, {models, items});
  const Tensor target_KNC = one_hot(label_KN, 10, start.theta_KP);
  Recipe recipe;
  recipe.epochs = 1;
  recipe.batch = batch;
  recipe.optimizer = "sgd";
  recipe.lr = 0.05;
  recipe.schedule = "constant";
  Hooks hooks;
  const Tensor fisher = at::rand_like(start.theta_KP), anchor = start.theta_KP.clone();
  if (method == "ewc") {
    hooks.after_backward = [&](const Batch&, const Tensor& theta, Tensor& gradient) {
      gradient.addcmul_(fisher, theta - anchor, 1.0);
    };
  }
  const std::int64_t memory = 500;
  Tensor mem_x = at::randn({models, memory, 784}), mem_y = at::randint(10, {models, memory});
  Tensor labels;
  if (method == "er") {
    hooks.prepare = [&](Batch& b) {
      const Tensor row = at::arange(models, at::kLong).unsqueeze(1) * memory;
      const Tensor drawn = at::randint(memory, {models, batch}) + row;
      const Tensor x = mem_x.flatten(0, 1).index_select(0, drawn.view(-1)).view({models, batch, 784});
      const Tensor y = b.gather(label_KN);
      labels = at::cat({y, mem_y.flatten(0, 1).index_select(0, drawn.view(-1)).view({models, batch})}, 1);
      const Tensor old = b.x;
      b.x = at::cat({b.x, x}, 1);
      b.weight_AB = at::cat({b.weight_AB, b.weight_AB}, 1);
      b.share_AB = at::cat({b.share_AB, b.share_AB}, 1) / 2;
      const Tensor place = (at::randint(memory, {models, batch / 8}) + row).view(-1);
      mem_x.flatten(0, 1).index_copy_(0, place, old.slice(1, 0, batch / 8).reshape({-1, 784}));
    };
  }
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    Run run(first_seeds(models));
    const double before = cpu_seconds();
    const Model model = train(start, data, recipe, run, [&](const Batch& b) {
      if (method == "er") return b.mean(cross_entropy(b.logits_KBC, one_hot(labels, 10, b.logits_KBC)));
      return b.mean(cross_entropy(b.logits_KBC, b.gather(target_KNC)));
    }, hooks);
    seconds += cpu_seconds() - before;
    benchmark::DoNotOptimize(model.theta_KP);
  }
  const auto n = static_cast<double>(state.iterations() * models * steps);
  StepCost cost = network.cost(method == "er" ? 2 * batch : batch);
  state.counters["us_per_model_step"] = 1e6 * seconds / n;
  state.counters["products_us"] = 1e6 * products_seconds(cost.products, models) / static_cast<double>(models);
  state.counters["sgemm_share"] = cost.flops() * n / seconds / sgemm_peak();
}

}  // namespace

void register_benchmarks() {
  for (const std::int64_t batch : {32, 128}) {
  for (const std::string method : {"naive", "ewc", "er"}) {
  for (const std::int64_t models : {1, 10}) {
    benchmark::RegisterBenchmark((method + "/batch=" + std::to_string(batch) + "/K=" + std::to_string(models)).c_str(), task,
                                 method, batch, models)
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime();
  }}}
}

}  // namespace assay::bench
