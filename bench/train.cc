// One optimizer step of a cohort, through the call that a method makes.
#include "bench/support/clock.h"
#include "bench/support/networks.h"

#include <assay/common/error.h>
#include <assay/losses.h>
#include <assay/train.h>

#include <benchmark/benchmark.h>

#include <cmath>
#include <map>
#include <string>
#include <tuple>

namespace assay::bench {
namespace {

constexpr std::int64_t steps = 64;  // of a training: enough that its beginning does not count

/// What the machine could do for the same step.
struct Peaks {
  double products;  ///< CPU seconds of a model's products
  double limit;
};

// Google Benchmark calls a function again until it has run for long enough; the peaks stay.
const Peaks& peaks(const MeasuredNetwork& network, std::int64_t batch, std::int64_t models) {
  static std::map<std::tuple<std::string, std::int64_t, std::int64_t>, Peaks> known;
  const auto [place, is_new] = known.try_emplace({network.name, batch, models});
  if (is_new) {
    const StepCost cost = network.cost(batch);
    place->second = {products_seconds(cost.products, models) / static_cast<double>(models),
                     limit_seconds(cost, models)};
  }
  return place->second;
}

// The limit is that of the network which is trained, or the table would be wrong unnoticed.
void check_cost(const MeasuredNetwork& measured, const Network& network, std::int64_t batch) {
  const StepCost cost = measured.cost(batch);
  double forward = 0;
  for (const Product& product : forward_products(cost)) forward += product.flops();
  if (cost.parameters == network.layout().size() &&
      std::abs(forward / static_cast<double>(batch) - network.forward_flops()) < 0.5) {
    return;
  }
  throw Error("bench/support/step_cost.cc does not describe " + measured.name +
              " any more: bring its layers in line with harness/sdk/src/networks");
}

void train_steps(benchmark::State& state, const MeasuredNetwork& network, std::int64_t batch,
                 std::int64_t models) {
  const Model start = cohort(network, models);
  check_cost(network, *start.network, batch);
  const Problem problem = random_problem(network, models, steps * batch);
  Recipe recipe;
  recipe.epochs = 1;
  recipe.batch = batch;
  recipe.schedule = "constant";
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    Run run(first_seeds(models));
    const double before = cpu_seconds();
    const Model model = train(start, problem.data, recipe, run, [&](const Batch& b) {
      return b.mean(cross_entropy(b.logits_KBC, b.gather(problem.target_KNC)));
    });
    seconds += cpu_seconds() - before;
    benchmark::DoNotOptimize(model.theta_KP);
  }
  const auto model_steps = static_cast<double>(state.iterations() * steps * models);
  const double model_step = seconds / model_steps;
  const double flops = network.cost(batch).flops();
  const Peaks& peak = peaks(network, batch, models);
  state.counters["K"] = static_cast<double>(models);
  state.counters["us_per_model_step"] = 1e6 * model_step;
  state.counters["gflops"] = 1e-9 * flops / model_step;
  state.counters["sgemm_share"] = flops / model_step / sgemm_peak();
  state.counters["products_share"] = peak.products / model_step;
  state.counters["products_us"] = 1e6 * peak.products;
  state.counters["limit_us"] = 1e6 * peak.limit;
}

}  // namespace

void register_benchmarks() {
  for (const MeasuredNetwork& network : measured_networks()) {
    for (const std::int64_t batch : {32, 128}) {
      for (const std::int64_t models : {1, 5, 10, 20, 40}) {
        benchmark::RegisterBenchmark((network.name + "/batch=" + std::to_string(batch) +
                                      "/K=" + std::to_string(models))
                                         .c_str(),
                                     train_steps, network, batch, models)
            ->Unit(benchmark::kMillisecond)
            ->MeasureProcessCPUTime();
      }
    }
  }
}

}  // namespace assay::bench
