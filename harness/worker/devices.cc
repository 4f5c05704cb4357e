#include "worker/devices.h"

#include <assay/abi.h>
#include <assay/common/error.h>

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <algorithm>

namespace assay {

std::vector<std::string> compute_devices() {
  std::vector<std::string> names{"cpu"};
  const int count = at::hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0;
  for (int i = 0; i < count; ++i) names.push_back("cuda:" + std::to_string(i));
  return names;
}

at::Device compute_device(const std::string& name) {
  const std::string full = name == "cuda" ? "cuda:0" : name;
  const std::vector<std::string> known = compute_devices();
  if (std::find(known.begin(), known.end(), full) != known.end()) return at::Device(full);
  std::string list;
  for (const std::string& device : known) list += (list.empty() ? "" : ", ") + device;
  throw Error("there is no device " + name + " here: LibTorch " + ASSAY_TORCH_BUILD + " finds " +
              list);
}

}  // namespace assay
