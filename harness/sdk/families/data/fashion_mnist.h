// Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747): 60,000 + 10,000 grey images, ten classes of
// clothing, read from Debian's package dataset-fashion-mnist. The tasks of every family share it.
#pragma once

#include <assay/tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay::fashion_mnist_data {

inline constexpr std::int64_t classes = 10;
inline constexpr std::int64_t training_images = 60000;
inline constexpr std::int64_t test_images = 10000;

/// $ASSAY_DATA/fashion-mnist, else /usr/share/datasets/fashion-mnist.
std::filesystem::path folder();

/// Images [M, H, W] of bytes as float32 in [0, 1], [M, side, side]: each pixel is the mean of a
/// square of the image. `side` divides both lengths.
Tensor pooled_view(const Tensor& images, std::int64_t side);

/// The training or the test images as pooled_view() makes them; kept for the process's next job.
/// This and the functions below throw Error when a file is missing or damaged.
Tensor images(bool test, std::int64_t side);

/// Their labels, int64 [M]. Read each time and never kept: a worker's next job may run a method.
Tensor labels(bool test);

/// Content hashes of the four files, and their paths: for cache keys.
std::vector<std::string> data_versions();
std::vector<std::string> data_files();

}  // namespace assay::fashion_mnist_data
