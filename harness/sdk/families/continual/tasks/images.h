// What the tasks of images share.
#pragma once

#include <assay/common/parameters_json.h>

#include <cstdint>
#include <vector>

namespace assay::continual {

/// Pixels a side, and items of each task.
struct ImageSizes {
  std::int64_t side = 28, train = 0, validation = 0, test = 0;
};

/// The settings size, train, validation and test.
std::vector<ParameterSpec> image_settings(std::int64_t side, std::int64_t train);

/// Reads them. Throws Error for a size that the images are not offered at.
ImageSizes image_sizes(const Json& settings);

}  // namespace assay::continual
