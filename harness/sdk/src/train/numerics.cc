#include "sdk/internal/numerics.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <mutex>

namespace assay {

void configure_numerics() {
  static std::once_flag interop;  // LibTorch accepts this one once in a process
  std::call_once(interop, [] { at::set_num_interop_threads(1); });
  at::set_num_threads(1);
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  // Filling every new tensor with NaN belongs to that mode, costs a pass, and changes no result.
  context.setDeterministicFillUninitializedMemory(false);
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(true);
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setFlushDenormal(true);
}

std::map<std::string, std::string> numeric_settings() {
  return {{"threads", std::to_string(at::get_num_threads())},
          {"deterministic", at::globalContext().deterministicAlgorithms() ? "yes" : "no"},
          {"flush_denormal", "yes"},
          {"tf32", "no"}};
}

}  // namespace assay
