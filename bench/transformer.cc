// One optimizer step of a cohort of decoders on next tokens, through the call that a method makes.
#include "bench/support/clock.h"
#include "bench/support/peak.h"

#include <assay/sequences.h>
#include <assay/train.h>

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace assay::bench {
namespace {

constexpr std::int64_t steps = 16, batch = 16, symbols = 64;

struct Decoders {
  std::int64_t layers, width, time;

  std::string name() const {
    return "layers=" + std::to_string(layers) + "/width=" + std::to_string(width) +
           "/time=" + std::to_string(time);
  }
};

void train_steps(benchmark::State& state, const Decoders& decoders, std::int64_t models) {
  std::vector<std::uint64_t> seeds(static_cast<std::size_t>(models));
  std::iota(seeds.begin(), seeds.end(), 0);
  Model start;
  start.network = make_network(
      {.arch = "transformer", .width = decoders.width, .depth = decoders.layers, .heads = 4},
      {decoders.time}, symbols);
  start.theta_KP = initial_parameters(start.network->layout(), Streams(seeds, "bench.init"));
  const std::int64_t items = steps * batch;
  const Tensor item_KN = at::arange(items, at::kLong).unsqueeze(0).expand({models, items});
  const Dataset data = Dataset::shared(at::randint(symbols, {items, decoders.time}, at::kLong),
                                       item_KN.contiguous());
  Recipe recipe;
  recipe.epochs = 1;
  recipe.batch = batch;
  recipe.schedule = "constant";
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    Run run(seeds);
    const double before = cpu_seconds();
    const Model model = train(start, data, recipe, run, [](const Batch& b) {
      return b.mean(-token_log_probabilities(b.logits_KBC, b.x).mean(-1));
    });
    seconds += cpu_seconds() - before;
    benchmark::DoNotOptimize(model.theta_KP);
  }
  const double model_step = seconds / static_cast<double>(state.iterations() * steps * models);
  const double flops = 3 * batch * start.network->forward_flops();
  state.counters["K"] = static_cast<double>(models);
  state.counters["us_per_model_step"] = 1e6 * model_step;
  state.counters["gflops"] = 1e-9 * flops / model_step;
  state.counters["sgemm_share"] = flops / model_step / sgemm_peak();
}

}  // namespace

void register_benchmarks() {
  for (const Decoders& decoders :
       {Decoders{2, 32, 32}, Decoders{3, 64, 64}, Decoders{4, 128, 64}}) {
    for (const std::int64_t models : {1, 5}) {
      benchmark::RegisterBenchmark((decoders.name() + "/K=" + std::to_string(models)).c_str(),
                                   train_steps, decoders, models)
          ->Unit(benchmark::kMillisecond)
          ->MeasureProcessCPUTime();
    }
  }
}

}  // namespace assay::bench
