// Oracles of KLoM-mini: many small models, retrained without the forget set, as one cohort.
#include "bench/support/clock.h"
#include "bench/support/networks.h"

#include <assay/losses.h>
#include <assay/train.h>

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <string>

namespace assay::bench {
namespace {

constexpr std::int64_t points = 475, dimension = 10, classes = 5;

void train_oracles(benchmark::State& state, std::int64_t models) {
  const MeasuredNetwork network = {.name = "mlp-10-32-5",
                                   .spec = {.arch = "mlp", .width = 32, .depth = 1},
                                   .input = {dimension},
                                   .classes = classes};
  const Model start = cohort(network, models);
  const Tensor x = at::randn({points, dimension}), label_N = at::randint(classes, {points});
  const Tensor item_KN = at::arange(points, at::kLong).expand({models, points});
  const Dataset data = Dataset::shared(x, item_KN);
  const Tensor target_KNC =
      one_hot(label_N.expand({models, points}).contiguous(), classes, x).contiguous();
  Recipe recipe;
  recipe.epochs = 40;
  recipe.batch = 32;
  recipe.lr = 0.05;
  recipe.schedule = "constant";
  recipe.optimizer = "sgd";
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    Run run(first_seeds(models));
    const double before = cpu_seconds();
    const Model model = train(start, data, recipe, run, [&](const Batch& b) {
      return b.mean(cross_entropy(b.logits_KBC, b.gather(target_KNC)));
    });
    seconds += cpu_seconds() - before;
    benchmark::DoNotOptimize(model.theta_KP);
  }
  const auto oracles = static_cast<double>(state.iterations() * models);
  state.counters["K"] = static_cast<double>(models);
  state.counters["ms_per_oracle"] = 1e3 * seconds / oracles;
}

}  // namespace

void register_benchmarks() {
  for (const std::int64_t models : {1, 20, 200}) {
    benchmark::RegisterBenchmark(("oracles/K=" + std::to_string(models)).c_str(), train_oracles,
                                 models)
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime();
  }
}

}  // namespace assay::bench
