// Gradients of single samples and the diagonal of the Fisher information, each beside what it replaces:
// a loop that goes backward once for every sample.
#include "bench/support/clock.h"
#include "bench/support/networks.h"

#include <assay/losses.h>
#include <assay/per_sample.h>

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <string>
#include <torch/csrc/autograd/autograd.h>

namespace assay::bench {
namespace {

constexpr std::int64_t batch = 128;

struct Samples {
  Model model;
  Tensor x_BF, target_B1C;
};

Samples samples_of(const MeasuredNetwork& network) {
  const Problem problem = random_problem(network, 1, batch);
  return {cohort(network, 1), problem.data.slice(0, batch).squeeze(0),
          problem.target_KNC.squeeze(0).unsqueeze(1)};
}

template <class Work>
void measure_samples(benchmark::State& state, const MeasuredNetwork& network, Work&& work) {
  const double begun = cpu_seconds();
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(work());
  const double sample =
      (cpu_seconds() - begun) / static_cast<double>(state.iterations() * batch);
  const double flops = network.cost(1).flops();
  state.counters["us_per_sample"] = 1e6 * sample;
  state.counters["gflops"] = 1e-9 * flops / sample;
  state.counters["sgemm_share"] = flops / sample / sgemm_peak();
}

void gradients(benchmark::State& state, const MeasuredNetwork& network) {
  const Samples samples = samples_of(network);
  measure_samples(state, network, [&] {
    return per_sample_gradients(
        *samples.model.network, samples.model.theta_KP[0], samples.x_BF,
        [&](const Tensor& logits_B1C) {
          return cross_entropy(logits_B1C, samples.target_B1C).squeeze(1);
        });
  });
}

void loop(benchmark::State& state, const MeasuredNetwork& network) {
  const Samples samples = samples_of(network);
  measure_samples(state, network, [&] {
    Tensor gradient_BP = at::empty({batch, samples.model.theta_KP.size(1)});
    for (std::int64_t i = 0; i < batch; ++i) {
      const Tensor leaf_KP = samples.model.theta_KP.detach().requires_grad_(true);
      const ParameterView parameters(samples.model.network->layout(), leaf_KP);
      const Tensor x_KBF = samples.x_BF[i].unsqueeze(0).unsqueeze(0);
      const Outputs outputs = samples.model.network->forward(parameters, x_KBF, {});
      const Tensor loss =
          cross_entropy(outputs.logits_KBC, samples.target_B1C[i].unsqueeze(0)).sum();
      gradient_BP[i].copy_(torch::autograd::grad({loss}, {leaf_KP})[0][0]);
    }
    return gradient_BP;
  });
}

void fisher(benchmark::State& state, const MeasuredNetwork& network) {
  const Model model = cohort(network, 1);
  const Dataset data = random_problem(network, 1, batch).data;
  measure_samples(state, network, [&] {
    Run run(first_seeds(1));
    return diagonal_fisher(model, data, FisherLabel::sampled, run);
  });
}

}  // namespace

void register_benchmarks() {
  for (const MeasuredNetwork& network : measured_networks()) {
    const auto add = [&](const char* what, auto function) {
      benchmark::RegisterBenchmark((network.name + "/" + what).c_str(), function, network)
          ->Unit(benchmark::kMillisecond)
          ->MeasureProcessCPUTime();
    };
    add("gradients", gradients);
    add("gradients-by-loop", loop);
    add("fisher", fisher);
  }
}

}  // namespace assay::bench
