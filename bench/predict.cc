// Evaluation: logits of many items for a cohort.
#include "bench/support/clock.h"
#include "bench/support/networks.h"

#include <assay/train.h>

#include <benchmark/benchmark.h>

#include <string>

namespace assay::bench {
namespace {

constexpr std::int64_t items = 4096;

void predict_items(benchmark::State& state, const MeasuredNetwork& network, std::int64_t models) {
  const Model model = cohort(network, models);
  const Dataset data = random_problem(network, models, items).data;
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double before = cpu_seconds();
    const Tensor logits_KNC = predict_logits(model, data);
    seconds += cpu_seconds() - before;
    benchmark::DoNotOptimize(logits_KNC);
  }
  const auto predictions = static_cast<double>(state.iterations() * items * models);
  const double prediction = seconds / predictions;
  // The products of a batch as large as LibTorch likes them: the best that evaluation could do.
  constexpr std::int64_t batch = 512;
  const StepCost cost = network.cost(batch);
  const std::vector<Product> forward = forward_products(cost);
  const double products =
      products_seconds(forward, models) / static_cast<double>(batch * models);
  double flops = 0;
  for (const Product& product : forward) flops += product.flops() / static_cast<double>(batch);
  state.counters["K"] = static_cast<double>(models);
  state.counters["us_per_sample"] = 1e6 * prediction;
  state.counters["gflops"] = 1e-9 * flops / prediction;
  state.counters["sgemm_share"] = flops / prediction / sgemm_peak();
  state.counters["products_share"] = products / prediction;
}

}  // namespace

void register_benchmarks() {
  for (const MeasuredNetwork& network : measured_networks()) {
    for (const std::int64_t models : {1, 10}) {
      benchmark::RegisterBenchmark((network.name + "/K=" + std::to_string(models)).c_str(),
                                   predict_items, network, models)
          ->Unit(benchmark::kMillisecond)
          ->MeasureProcessCPUTime();
    }
  }
}

}  // namespace assay::bench
