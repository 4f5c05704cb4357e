// Oracles of KLoM-mini: many small models, retrained without the forget set, as the family's stage
// trains them: a seed's oracles are rows of cohorts.
#include "bench/support/clock.h"
#include "bench/support/temporary_folder.h"
#include "sdk/families/unlearning/settings.h"
#include "sdk/internal/family.h"

#include <assay/common/error.h>

#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>

namespace assay::bench {
namespace {

/// As a suite writes it, with what was left out filled in.
Json settings(std::int64_t oracles) {
  const Json given = {{"task", {{"use", "klom_mini"}}},
                      {"model", {{"arch", "mlp"}, {"width", 32}, {"depth", 1}}},
                      {"train",
                       {{"epochs", 40},
                        {"batch", 32},
                        {"lr", 0.05},
                        {"schedule", "constant"},
                        {"optimizer", "sgd"}}},
                      {"oracles", oracles}};
  return resolve_settings(given, unlearning::setting_specs());
}

// Data, training and the file that is published: all that the stage does.
void train_oracles(benchmark::State& state, std::int64_t oracles) {
  const TemporaryFolder folder;
  StageJob job;
  job.settings = settings(oracles);
  job.stage = "oracles";
  job.seeds = {0};
  job.output = folder / "stage";
  std::filesystem::create_directory(job.output);
  const Family& family = find_family("unlearning");
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    Run run(job.seeds);
    const double before = cpu_seconds();
    const RowOutcome outcome = family.run_stage(job, run).at(0);
    seconds += cpu_seconds() - before;
    if (!outcome.failure.empty()) throw Error("the stage failed: " + outcome.failure);
  }
  state.counters["K"] = static_cast<double>(oracles);
  state.counters["ms_per_oracle"] =
      1e3 * seconds / static_cast<double>(state.iterations() * oracles);
}

}  // namespace

void register_benchmarks() {
  for (const std::int64_t oracles : {1, 20, 200}) {
    benchmark::RegisterBenchmark(("oracles/K=" + std::to_string(oracles)).c_str(), train_oracles,
                                 oracles)
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime();
  }
}

}  // namespace assay::bench
