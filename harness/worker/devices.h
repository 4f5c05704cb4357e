// Where this worker can compute.
#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

namespace assay {

/// "cpu", and "cuda:0", "cuda:1", ... where LibTorch is a CUDA build that finds devices.
std::vector<std::string> compute_devices();

/// The device of that name ("cuda": the first). Throws Error listing those there are.
at::Device compute_device(const std::string& name);

}  // namespace assay
