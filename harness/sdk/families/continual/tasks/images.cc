#include "sdk/families/continual/tasks/images.h"

#include <assay/common/error.h>

namespace assay::continual {

std::vector<ParameterSpec> image_settings(std::int64_t side, std::int64_t train) {
  return {
      integer("size", side).range(14, 28).help("pixels a side: 14 or 28"),
      integer("train", train).range(1, 60000).help("training images of each task"),
      integer("validation", 500).range(1, 60000).help("further images of each task, for tuning"),
      integer("test", 1000).range(1, 10000).help("test images of each task")};
}

ImageSizes image_sizes(const Json& settings) {
  const ImageSizes sizes{settings.at("size"), settings.at("train"), settings.at("validation"),
                         settings.at("test")};
  if (sizes.side != 14 && sizes.side != 28) {
    throw Error("task.size is " + std::to_string(sizes.side) +
                ": Fashion-MNIST is offered at 14 or 28");
  }
  return sizes;
}

}  // namespace assay::continual
