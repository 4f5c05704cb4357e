#include "worker/build_info.h"

#include "sdk/internal/family.h"
#include "sdk/internal/numerics.h"

#include <assay/abi.h>
#include <assay/common/error.h>
#include <assay/common/hash.h>

#include <ATen/Version.h>
#include <dlfcn.h>

namespace assay {

std::filesystem::path loaded_library() {
  Dl_info info{};
  // Compiled position-independent, so this is the function itself, not a jump table of the program.
  if (::dladdr(reinterpret_cast<const void*>(&find_family), &info) == 0 || info.dli_fname == nullptr) {
    throw Error("the SDK's library cannot be found in this process");
  }
  return std::filesystem::canonical(info.dli_fname);
}

Json build_info() {
  return {{"assay", ASSAY_VERSION},
          {"torch", ASSAY_TORCH_BUILD},
          {"library_hash", hash_file(loaded_library())},
          {"cpu_capability", at::get_cpu_capability()},
          {"compiler", ASSAY_COMPILER},
          {"device", "cpu"},
          {"numerics", numeric_settings()}};
}

}  // namespace assay
