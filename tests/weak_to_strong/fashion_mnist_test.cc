// Fashion-MNIST: facts of the data set, splits, views, and what happens when it is missing.
#include "sdk/families/weak_to_strong/tasks/fashion_mnist.h"
#include "sdk/families/data/fashion_mnist.h"
#include "sdk/families/weak_to_strong/settings.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <set>

namespace assay::weak_to_strong::test {
namespace {

namespace fs = std::filesystem;

const Sizes sizes = {
    .pretrain = 2000, .labels = 100, .transfer = 1000, .validation = 50, .test = 10000};

std::unique_ptr<Task> fashion(std::int64_t weak_view = 4) {
  return fashion_mnist().make({{"size", 14}}, sizes, weak_view);
}

std::set<std::int64_t> items(const Task& task, Split split, std::uint64_t seed) {
  const Tensor row = task.items_KN(split, {seed})[0].contiguous();
  return {row.const_data_ptr<std::int64_t>(), row.const_data_ptr<std::int64_t>() + row.numel()};
}

}  // namespace

TEST_CASE("fashion_mnist: the labels are the data set's") {
  const auto task = fashion();
  const Tensor test = task->truth()->labels_KN(Split::test, {0})[0];
  // Facts of the data set: 1000 test images a class; it begins with 9, 2, 1, 1, 6.
  CHECK(at::equal(test.bincount(), at::full({10}, 1000, at::kLong)));
  CHECK(at::equal(test.narrow(0, 0, 5), at::tensor({9, 2, 1, 1, 6}, at::kLong)));

  // All 60,000 training labels, put together from a seed's splits: 6000 a class.
  const auto whole = fashion_mnist().make(
      {{"size", 14}},
      {.pretrain = 20000, .labels = 10000, .transfer = 25000, .validation = 5000, .test = 10}, 4);
  Tensor count = at::zeros({10}, at::kLong);
  for (const Split split : {Split::pretrain, Split::labels, Split::transfer, Split::validation}) {
    count += whole->truth()->labels_KN(split, {7})[0].bincount({}, 10);
  }
  CHECK(at::equal(count, at::full({10}, 6000, at::kLong)));
}

TEST_CASE("fashion_mnist: splits of a seed share no image, and seeds split differently") {
  const auto task = fashion();
  std::set<std::int64_t> all;
  for (const Split split : {Split::pretrain, Split::labels, Split::transfer, Split::validation}) {
    const auto own = items(*task, split, 3);
    CHECK(static_cast<std::int64_t>(own.size()) == sizes.of(split));
    all.insert(own.begin(), own.end());
  }
  CHECK(all.size() == 3150);  // 2000 + 100 + 1000 + 50: nothing twice
  CHECK(*all.rbegin() < 60000);
  CHECK(items(*task, Split::transfer, 3) != items(*task, Split::transfer, 4));
  // A seed's split does not depend on the seeds beside it.
  const Tensor together = task->items_KN(Split::transfer, {4, 3, 9});
  CHECK(at::equal(together[1], task->items_KN(Split::transfer, {3})[0]));
}

TEST_CASE("fashion_mnist: pretraining asks for halves of the classes") {
  const auto task = fashion();
  const Tensor codes = task->codes_KCT(12, {0, 1});
  REQUIRE(codes.sizes() == at::IntArrayRef{2, 10, 12});
  CHECK(at::equal(codes.sum(1), at::full({2, 12}, 5.0f)));
  CHECK_FALSE(at::equal(codes[0], codes[1]));
  CHECK_FALSE(at::equal(codes[0].select(1, 0), codes[0].select(1, 1)));
  // The answers for the images are the codes of their classes.
  const auto truth = task->truth();
  const Tensor answers = truth->pretraining_KNT(12, {0, 1});
  const Tensor labels = truth->labels_KN(Split::pretrain, {0, 1});
  for (const std::int64_t at : {0, 17, 1999}) {
    CHECK(at::equal(answers[1][at], codes[1][labels[1][at].item<std::int64_t>()]));
  }
}

TEST_CASE("fashion_mnist: views are means of squares, scaled to one") {
  const Tensor image = at::arange(16, at::kByte).view({1, 4, 4});
  // Upper left square of a 2x2 view: 0, 1, 4, 5, mean 2.5; lower right: 10, 11, 14, 15, mean 12.5.
  const Tensor view = fashion_mnist_data::pooled_view(image, 2) * 255;
  CHECK(at::allclose(view, at::tensor({2.5f, 4.5f, 10.5f, 12.5f}).view({1, 2, 2})));
  CHECK(at::allclose(fashion_mnist_data::pooled_view(image, 4) * 255, image.to(at::kFloat)));
  CHECK(at::allclose(fashion_mnist_data::pooled_view(image, 1) * 255, at::full({1, 1, 1}, 7.5f)));
  CHECK(error_of([&] { fashion_mnist_data::pooled_view(image, 3); }) ==
        "images of 4x4 cannot be pooled to 3 pixels a side");
}

TEST_CASE("fashion_mnist: both views show the same images") {
  const auto task = fashion(7);
  CHECK(task->input_shape(View::strong) == std::vector<std::int64_t>{14, 14});
  CHECK(task->input_shape(View::weak) == std::vector<std::int64_t>{7, 7});
  const Tensor strong = task->inputs(Split::transfer, View::strong, {5}).slice(0, 20);
  const Tensor weak = task->inputs(Split::transfer, View::weak, {5}).slice(0, 20);
  const Tensor pooled = strong.view({1, 20, 7, 2, 7, 2}).mean(at::IntArrayRef{3, 5});
  CHECK(at::allclose(weak, pooled, 1e-5, 1e-6));
  // The mean pixel of the training set is 0.2860 (and pooling keeps means); 1000 images come near.
  const Tensor many = task->inputs(Split::transfer, View::weak, {5}).slice(0, 1000);
  CHECK(many.mean().item<double>() == Approx(0.286).margin(0.01));
}

TEST_CASE("fashion_mnist: settings that do not fit") {
  const Json size = {{"size", 14}};
  CHECK(error_of([&] { fashion_mnist().make({{"size", 20}}, sizes, 0); }) ==
        "task.size is 20: Fashion-MNIST is offered at 14 or 28");
  CHECK(error_of([&] { fashion_mnist().make(size, sizes, 5); }) ==
        "weak.view is 5: the supervisor can see images at 28, 14, 7 or 4 pixels a side");
  Sizes large = sizes;
  large.transfer = 58000;
  CHECK(
      error_of([&] { fashion_mnist().make(size, large, 0); }) ==
      "weak.labels + task.transfer + task.validation + pretrain.items is 60150, but Fashion-MNIST "
      "has 60000 training images and no two splits share one");
}

TEST_CASE("fashion_mnist: data that is missing or not Fashion-MNIST") {
  const TemporaryFolder folder;
  const Environment data("ASSAY_DATA", folder.path().string());
  const std::string missing = error_of([&] { fashion()->data_versions(); });
  CHECK_THAT(missing, Catch::StartsWith("Fashion-MNIST is not installed: there is no " +
                                        folder.path().string() + "/fashion-mnist/train-images"));
  CHECK_THAT(missing, Catch::Contains("`apt install dataset-fashion-mnist`"));
  CHECK_THAT(missing, Catch::Contains("ASSAY_DATA"));

  // The test set's files under the training set's names.
  const fs::path real = "/usr/share/datasets/fashion-mnist";
  const fs::path own = folder.path() / "fashion-mnist";
  fs::create_directories(own);
  fs::create_symlink(real / "t10k-images-idx3-ubyte.gz", own / "train-images-idx3-ubyte.gz");
  fs::create_symlink(real / "t10k-labels-idx1-ubyte.gz", own / "train-labels-idx1-ubyte.gz");
  CHECK_THAT(error_of([&] { fashion()->inputs(Split::labels, View::weak, {0}); }),
             Catch::EndsWith("holds 10000 images of 28x28, Fashion-MNIST has 60000 of 28x28"));
  CHECK_THAT(error_of([&] { fashion()->truth()->labels_KN(Split::labels, {0}); }),
             Catch::EndsWith("does not hold 60000 labels from 0 to 9"));
}

}  // namespace assay::weak_to_strong::test
