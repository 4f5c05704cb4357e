#include "sdk/families/weak_to_strong/tasks/fashion_mnist.h"

#include "sdk/families/weak_to_strong/tasks/idx.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/common/hash.h>
#include <assay/streams.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>

namespace assay::weak_to_strong {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t classes = 10;
constexpr std::int64_t training_images = 60000;
constexpr std::int64_t test_images = 10000;
constexpr std::int64_t side_of_image = 28;
constexpr std::array<const char*, 4> files = {
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz"};

/// A file's path, checked to be there.
fs::path data_file(const char* name) {
  const fs::path path = fashion_mnist_folder() / name;
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

class FashionMnist final : public Task {
 public:
  FashionMnist(Sizes sizes, std::int64_t strong_side, std::int64_t weak_side)
      : sizes_(sizes), strong_side_(strong_side), weak_side_(weak_side) {}

  std::int64_t classes() const override { return assay::weak_to_strong::classes; }

  std::vector<std::int64_t> input_shape(View view) const override {
    return {side(view), side(view)};
  }

  Dataset inputs(Split split, View view, const Seeds& seeds) const override {
    return Dataset::shared(images(split == Split::test, side(view)),
                           items_KN(split, seeds));
  }

  // Pretraining images come from the end of a seed's order of the training images, everything else
  // from its beginning: the pretrained student does not change with the other sizes.
  Tensor items_KN(Split split, const Seeds& seeds) const override {
    const auto rows = static_cast<std::int64_t>(seeds.size());
    const std::int64_t count = sizes_.of(split);
    if (split == Split::test) {
      return at::arange(count, at::kLong).unsqueeze(0).expand({rows, count}).contiguous();
    }
    std::int64_t from = 0;
    if (split == Split::pretrain) from = training_images - count;
    if (split == Split::transfer) from = sizes_.labels;
    if (split == Split::validation) from = sizes_.labels + sizes_.transfer;
    const Tensor order = Streams(seeds, "assay.split").permutation(training_images);
    return order.narrow(1, from, count).contiguous();
  }

  std::unique_ptr<Truth> truth() const override;

  Tensor codes_KCT(std::int64_t tasks, const Seeds& seeds) const override {
    return partitions_KCT(tasks, seeds);
  }

  std::vector<std::string> data_versions() const override {
    static std::map<std::string, std::string> cache;
    std::vector<std::string> versions;
    for (const char* name : files) {
      const fs::path path = data_file(name);
      versions.push_back(once<std::string>(cache, path.string(), [&] { return hash_file(path); }));
    }
    return versions;
  }

  std::vector<std::string> data_files() const override {
    std::vector<std::string> paths;
    for (const char* name : files) paths.push_back(data_file(name).string());
    return paths;
  }

  /// Each pretraining task asks whether an image's class is in a random half of the classes.
  static Tensor partitions_KCT(std::int64_t tasks, const Seeds& seeds) {
    const Streams streams(seeds, "assay.partitions");
    std::vector<Tensor> answers;
    for (std::int64_t task = 0; task < tasks; ++task) {
      // Entry c of the permutation is the place of class c: the first half of the places is "yes".
      answers.push_back(streams.permutation(assay::weak_to_strong::classes, task)
                            .lt(assay::weak_to_strong::classes / 2));
    }
    return at::stack(answers, 2).to(at::kFloat);
  }

 private:
  std::int64_t side(View view) const { return view == View::weak ? weak_side_ : strong_side_; }

  Sizes sizes_;
  std::int64_t strong_side_, weak_side_;
};

class FashionTruth final : public Truth {
 public:
  explicit FashionTruth(FashionMnist task) : task_(std::move(task)) {}

  Tensor labels_KN(Split split, const Seeds& seeds) const override {
    const Tensor items = task_.items_KN(split, seeds);
    return labels(split == Split::test).index({items});
  }

  Tensor pretraining_KNT(std::int64_t tasks, const Seeds& seeds) const override {
    const Tensor label_KN = labels_KN(Split::pretrain, seeds);
    const Tensor index = label_KN.unsqueeze(2).expand({-1, -1, tasks});
    return FashionMnist::partitions_KCT(tasks, seeds).gather(1, index);
  }

 private:
  FashionMnist task_;
};

std::unique_ptr<Truth> FashionMnist::truth() const {
  return std::make_unique<FashionTruth>(*this);
}

std::unique_ptr<Task> make(const Json& settings, const Sizes& sizes, std::int64_t weak_view) {
  const auto side = settings.at("size").get<std::int64_t>();
  if (side != 14 && side != 28) {
    throw Error("task.size is " + std::to_string(side) + ": Fashion-MNIST is offered at 14 or 28");
  }
  if (weak_view != 0 && weak_view != 4 && weak_view != 7 && weak_view != 14 && weak_view != 28) {
    throw Error("weak.view is " + std::to_string(weak_view) +
                ": the supervisor can see images at 28, 14, 7 or 4 pixels a side");
  }
  const std::int64_t needed = sizes.labels + sizes.transfer + sizes.validation + sizes.pretrain;
  if (needed > training_images) {
    throw Error("weak.labels + task.transfer + task.validation + pretrain.items is " +
                std::to_string(needed) + ", but Fashion-MNIST has 60000 training images and no two "
                "splits share one");
  }
  return std::make_unique<FashionMnist>(sizes, side, weak_view == 0 ? side : weak_view);
}

}  // namespace

fs::path fashion_mnist_folder() {
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

TaskInfo fashion_mnist() {
  return {.id = "fashion_mnist",
          .summary = "Ten classes of clothing, grey images of 28x28 pixels; the supervisor may see "
                     "them pooled to fewer",
          .paper = "arXiv:1708.07747",
          .parameters =
              {integer("size", 14).range(14, 28).help("pixels a side that the student sees: 14 or 28"),
               integer("transfer", 8000).range(1, 60000).help("images with the supervisor's labels"),
               integer("validation", 1000)
                   .range(1, 60000)
                   .help("further images with the supervisor's labels, for stopping"),
               integer("test", 10000).range(10, 10000).help("test images: the first of the test set")},
          .make = make};
}

}  // namespace assay::weak_to_strong
