// Sequences drawn from a cohort of decoders: 100 of 62 tokens behind a prompt of two from each, as
// a method that learns from its own samples draws them.
#include "bench/support/clock.h"

#include <assay/sampling.h>

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace assay::bench {
namespace {

constexpr std::int64_t sequences = 100, prompt = 2, length = 64, symbols = 32;

void sample(benchmark::State& state, std::int64_t models, bool cached) {
  std::vector<std::uint64_t> seeds(static_cast<std::size_t>(models));
  std::iota(seeds.begin(), seeds.end(), 0);
  Model model;
  model.network = make_network({.arch = "transformer", .width = 64, .depth = 2}, {length}, symbols);
  model.theta_KP = initial_parameters(model.network->layout(), Streams(seeds, "bench.init"));
  const Tensor prompt_KNT = at::ones({models, sequences, prompt}, at::kLong);
  const Streams streams(seeds, "bench.samples");
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double before = cpu_seconds();
    const Samples drawn =
        draw_sequences(model, prompt_KNT, {}, {.length = length, .cached = cached}, streams);
    seconds += cpu_seconds() - before;
    benchmark::DoNotOptimize(drawn.token_KNT.const_data_ptr());
  }
  state.counters["K"] = static_cast<double>(models);
  state.counters["ms_per_model"] = 1e3 * seconds / static_cast<double>(state.iterations() * models);
}

}  // namespace

void register_benchmarks() {
  const auto add = [](std::int64_t models, bool cached) {
    const std::string name =
        std::string(cached ? "cached" : "whole") + "/K=" + std::to_string(models) + "/";
    benchmark::RegisterBenchmark(name.c_str(), sample, models, cached)
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime();
  };
  for (const std::int64_t models : {1, 10}) add(models, true);
  add(1, false);
}

}  // namespace assay::bench
