// Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747): 60,000 + 10,000 grey images, ten classes of
// clothing, read from Debian's package dataset-fashion-mnist.
#pragma once

#include "sdk/families/weak_to_strong/task.h"

#include <filesystem>

namespace assay::weak_to_strong {

TaskInfo fashion_mnist();

/// $ASSAY_DATA/fashion-mnist, else /usr/share/datasets/fashion-mnist.
std::filesystem::path fashion_mnist_folder();

/// Images [M, H, W] of bytes as float32 in [0, 1], [M, side, side]: each pixel is the mean of a square
/// of the image. `side` divides both lengths.
Tensor pooled_view(const Tensor& images, std::int64_t side);

}  // namespace assay::weak_to_strong
