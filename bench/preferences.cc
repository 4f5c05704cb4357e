// Optimizer steps of direct preference optimisation, through the family's call that a method makes.
// The reference's log-probabilities are made once, within the time, and read in every epoch.
#include "bench/support/clock.h"
#include "bench/support/peak.h"

#include <assay/delta.h>

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace assay::bench {
namespace {

// As in bench/python/preferences.py and bench/python/preferences_trl.py.
constexpr std::int64_t pairs = 128, batch = 16, epochs = 3, symbols = 64, time = 64, prompt = 8;
constexpr std::int64_t steps = pairs / batch * epochs;

void train_steps(benchmark::State& state, std::int64_t models) {
  std::vector<std::uint64_t> seeds(static_cast<std::size_t>(models));
  std::iota(seeds.begin(), seeds.end(), 0);
  delta::Problem problem;
  problem.student.network = make_network(
      {.arch = "transformer", .width = 64, .depth = 2, .heads = 4, .activation = "swiglu"},
      {2, time}, symbols);
  problem.student.theta_KP =
      initial_parameters(problem.student.network->layout(), Streams(seeds, "bench.init"));
  const Tensor item_KN = at::arange(pairs, at::kLong).expand({models, pairs}).contiguous();
  problem.pairs.data = Dataset::shared(at::randint(symbols, {pairs, 2, time}, at::kLong), item_KN);
  problem.pairs.mask_KN2T = at::arange(time).ge(prompt).expand({models, pairs, 2, time});
  problem.recipe.epochs = epochs;
  problem.recipe.batch = batch;
  problem.recipe.schedule = "constant";
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    Run run(seeds);
    const double before = cpu_seconds();
    const Model model =
        train_preferences(problem, run, {}, [](const delta::Preferences& preferences) {
          const Tensor margin_AB =
              preferences.chosen.log_ratio() - preferences.rejected.log_ratio();
          return -at::log_sigmoid(.1 * margin_AB);
        });
    seconds += cpu_seconds() - before;
    benchmark::DoNotOptimize(model.theta_KP);
  }
  const double model_step = seconds / static_cast<double>(state.iterations() * steps * models);
  // Forward and backward are three forward passes; the reference's, of one epoch, is one more.
  const double passes = 3 + 1.0 / static_cast<double>(epochs);
  const double flops = passes * batch * problem.student.network->forward_flops();
  state.counters["K"] = static_cast<double>(models);
  state.counters["us_per_model_step"] = 1e6 * model_step;
  state.counters["limit_us"] = 1e6 * flops / sgemm_peak();
  state.counters["sgemm_share"] = flops / model_step / sgemm_peak();
}

}  // namespace

void register_benchmarks() {
  for (const std::int64_t models : {1, 5}) {
    benchmark::RegisterBenchmark(("dpo/K=" + std::to_string(models) + "/").c_str(), train_steps,
                                 models)
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime();
  }
}

}  // namespace assay::bench
