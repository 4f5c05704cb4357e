#include "sdk/families/data/fashion_mnist.h"

#include "sdk/families/data/idx.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/common/hash.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>

namespace assay::fashion_mnist_data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t side_of_image = 28;
constexpr std::array<const char*, 4> files = {
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz"};

/// A file's path, checked to be there.
fs::path data_file(const char* name) {
  const fs::path path = folder() / name;
  if (!fs::exists(path)) {
    throw Error("Fashion-MNIST is not installed: there is no " + path.string() +
                ". Install it with `apt install dataset-fashion-mnist`, or let ASSAY_DATA name the "
                "folder that contains fashion-mnist/" +
                name);
  }
  return path;
}

/// Values made once per process and key. A worker runs many jobs on the same files.
template <class T>
const T& once(std::map<std::string, T>& cache, const std::string& key,
              const std::function<T()>& make) {
  static std::mutex mutex;  // one for each T: values of one type never make others of it
  const std::lock_guard lock(mutex);
  auto found = cache.find(key);
  if (found == cache.end()) found = cache.emplace(key, make()).first;
  return found->second;
}

}  // namespace

fs::path folder() {
  const char* data = std::getenv("ASSAY_DATA");
  return fs::path(data != nullptr && *data != '\0' ? data : "/usr/share/datasets") /
         "fashion-mnist";
}

Tensor pooled_view(const Tensor& images, std::int64_t side) {
  const std::int64_t count = images.size(0);
  if (side < 1 || images.size(1) % side != 0 || images.size(2) % side != 0) {
    throw Error("images of " + std::to_string(images.size(1)) + "x" +
                std::to_string(images.size(2)) + " cannot be pooled to " + std::to_string(side) +
                " pixels a side");
  }
  const Tensor view = at::empty({count, side, side}, at::kFloat);
  // In parts, so that no copy of the whole set in floats at full size is made on the way.
  constexpr std::int64_t part = 5000;
  for (std::int64_t from = 0; from < count; from += part) {
    const std::int64_t size = std::min(part, count - from);
    const Tensor pixels = images.narrow(0, from, size).unsqueeze(1).to(at::kFloat).div_(255.0);
    const std::array<std::int64_t, 2> square = {images.size(1) / side, images.size(2) / side};
    view.narrow(0, from, size).copy_(at::avg_pool2d(pixels, square).squeeze(1));
  }
  return view;
}

Tensor images(bool test, std::int64_t side) {
  static std::map<std::string, Tensor> cache;
  const char* name = files[test ? 2 : 0];
  const fs::path path = data_file(name);
  return once<Tensor>(cache, path.string() + ":" + std::to_string(side), [&] {
    const Tensor read = read_idx(path, 3);
    const std::int64_t count = test ? test_images : training_images;
    if (read.size(0) != count || read.size(1) != side_of_image || read.size(2) != side_of_image) {
      throw Error("the data file " + path.string() + " holds " + std::to_string(read.size(0)) +
                  " images of " + std::to_string(read.size(1)) + "x" +
                  std::to_string(read.size(2)) + ", Fashion-MNIST has " + std::to_string(count) +
                  " of 28x28");
    }
    return pooled_view(read, side);
  });
}

// Read each time and never kept: a worker's next job may run a method.
Tensor labels(bool test) {
  const fs::path path = data_file(files[test ? 3 : 1]);
  const Tensor read = read_idx(path, 1);
  const std::int64_t count = test ? test_images : training_images;
  if (read.size(0) != count || read.max().item<std::int64_t>() >= classes) {
    throw Error("the data file " + path.string() + " does not hold " + std::to_string(count) +
                " labels from 0 to 9");
  }
  return read.to(at::kLong);
}

std::vector<std::string> data_versions() {
  static std::map<std::string, std::string> cache;
  std::vector<std::string> versions;
  for (const char* name : files) {
    const fs::path path = data_file(name);
    versions.push_back(once<std::string>(cache, path.string(), [&] { return hash_file(path); }));
  }
  return versions;
}

std::vector<std::string> data_files() {
  std::vector<std::string> paths;
  for (const char* name : files) paths.push_back(data_file(name).string());
  return paths;
}

}  // namespace assay::fashion_mnist_data
