// The main program of the benchmarks that use LibTorch: the worker's numeric settings (one thread
// among them), and the peak in the output's context.
#include "bench/support/peak.h"
#include "sdk/internal/numerics.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <exception>
#include <string>

namespace assay::bench {
void register_benchmarks();  // of the program
}

int main(int argc, char** argv) {
  try {
    assay::configure_numerics();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::AddCustomContext("sgemm_gflops", std::to_string(assay::bench::sgemm_peak() / 1e9));
    assay::bench::register_benchmarks();
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
}
