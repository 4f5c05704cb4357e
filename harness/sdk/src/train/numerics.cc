#include "sdk/internal/numerics.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/AutogradState.h>
#include <c10/core/DefaultDtype.h>
#include <cfenv>
#include <limits>
#include <mutex>

namespace assay {
namespace {

// Asked of the processor: LibTorch can set it, but does not say what is set.
bool flushes_denormals() {
  volatile double tiny = std::numeric_limits<double>::min();
  tiny = tiny / 2;
  return tiny == 0;
}

const char* yes_or_no(bool value) { return value ? "yes" : "no"; }

}  // namespace

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
  context.setFloat32MatmulPrecision("highest");
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setUserEnabledMkldnn(true);
  std::fesetround(FE_TONEAREST);
  context.setFlushDenormal(true);
  c10::set_default_dtype(caffe2::TypeMeta::Make<float>());
  c10::AutogradState::set_tls_state(
      c10::AutogradState(/*grad_mode=*/true, /*inference_mode=*/false, /*fw_grad_mode=*/true,
                         /*multithreading_enabled=*/true));
}

std::map<std::string, std::string> numeric_settings() {
  const at::Context& context = at::globalContext();
  return {{"threads", std::to_string(at::get_num_threads())},
          {"deterministic", yes_or_no(context.deterministicAlgorithms())},
          {"flush_denormal", yes_or_no(flushes_denormals())},
          {"tf32", yes_or_no(context.allowTF32CuBLAS() || context.allowTF32CuDNN())},
          {"default_type", c10::toString(c10::get_default_dtype_as_scalartype())}};
}

}  // namespace assay
