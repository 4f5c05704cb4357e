// The command's own work on the largest suite that is allowed, part by part: reading it, planning its
// 10,000 cells, aggregating and reporting their results.
#include "bench/support/clock.h"
#include "bench/support/large_suite.h"
#include "bench/support/temporary_folder.h"
#include "host/suite/read.h"
#include "reports/analysis/analysis.h"
#include "reports/report.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>

namespace assay::bench {
namespace {

/// Made when the first benchmark needs it, removed when the program ends.
struct Large {
  Catalogue catalogue = installed_catalogue();
  SuiteToRun suite = large_suite(catalogue);
  std::filesystem::path run;
};

/// Measures `work`, which returns how many cells it has dealt with.
template <class Work>
void measure_cells(benchmark::State& state, Work&& work) {
  std::size_t cells = 0;
  const double begun = cpu_seconds();
  for ([[maybe_unused]] auto _ : state) cells = work();
  const double seconds = (cpu_seconds() - begun) / static_cast<double>(state.iterations());
  state.counters["cells"] = static_cast<double>(cells);
  state.counters["us_per_cell"] = 1e6 * seconds / static_cast<double>(cells);
}

void read_suite(benchmark::State& state, const Large& large) {
  const std::string text = large_suite_text();
  measure_cells(state, [&] {
    return count_cells(read_suite_text(text, "large.toml", large.catalogue).suite);
  });
}

void plan(benchmark::State& state, const Large& large) {
  measure_cells(state, [&] { return plan_suite(large.suite, large.run / "none").cells.size(); });
}

void aggregate(benchmark::State& state, const Large& large) {
  measure_cells(state, [&] {
    const reports::RunResults results = reports::collect_results(load_run(large.run));
    benchmark::DoNotOptimize(reports::analyse(results));
    return results.count(CellState::done);
  });
}

void report(benchmark::State& state, const Large& large, const char* format) {
  std::size_t bytes = 0;
  for ([[maybe_unused]] auto _ : state) bytes = reports::report_text(large.run, format).size();
  state.counters["megabytes"] = 1e-6 * static_cast<double>(bytes);
}

void register_benchmarks(const Large& large) {
  const auto add = [](const char* name, auto function, auto... arguments) {
    benchmark::RegisterBenchmark(name, function, arguments...)->Unit(benchmark::kMillisecond);
  };
  add("read-suite", read_suite, std::cref(large));
  add("plan", plan, std::cref(large));
  add("aggregate", aggregate, std::cref(large));
  add("report/html", report, std::cref(large), "html");
  add("report/md", report, std::cref(large), "md");
}

int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const TemporaryFolder folder;
  ::setenv("ASSAY_CACHE", (folder / "cache").c_str(), 1);
  Large large;
  large.run = folder / "run";
  write_large_run(large.suite, large.run);
  register_benchmarks(large);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace assay::bench

int main(int argc, char** argv) {
  try {
    return assay::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
}
