#include "sdk/families/weak_to_strong/tasks/fashion_mnist.h"

#include "sdk/families/data/fashion_mnist.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/streams.h>

namespace assay::weak_to_strong {
namespace {

namespace data = fashion_mnist_data;

class FashionMnist final : public Task {
 public:
  FashionMnist(Sizes sizes, std::int64_t strong_side, std::int64_t weak_side)
      : sizes_(sizes), strong_side_(strong_side), weak_side_(weak_side) {}

  std::int64_t classes() const override { return data::classes; }

  std::vector<std::int64_t> input_shape(View view) const override {
    return {side(view), side(view)};
  }

  Dataset inputs(Split split, View view, const Seeds& seeds) const override {
    return Dataset::shared(data::images(split == Split::test, side(view)),
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
    if (split == Split::pretrain) from = data::training_images - count;
    if (split == Split::transfer) from = sizes_.labels;
    if (split == Split::validation) from = sizes_.labels + sizes_.transfer;
    const Tensor order = Streams(seeds, "assay.split").permutation(data::training_images);
    return order.narrow(1, from, count).contiguous();
  }

  std::unique_ptr<Truth> truth() const override;

  Tensor codes_KCT(std::int64_t tasks, const Seeds& seeds) const override {
    return partitions_KCT(tasks, seeds);
  }

  std::vector<std::string> data_versions() const override { return data::data_versions(); }
  std::vector<std::string> data_files() const override { return data::data_files(); }

  /// Each pretraining task asks whether an image's class is in a random half of the classes.
  static Tensor partitions_KCT(std::int64_t tasks, const Seeds& seeds) {
    const Streams streams(seeds, "assay.partitions");
    std::vector<Tensor> answers;
    for (std::int64_t task = 0; task < tasks; ++task) {
      // Entry c of the permutation is the place of class c: the first half of the places is "yes".
      answers.push_back(streams.permutation(data::classes, task)
                            .lt(data::classes / 2));
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
    return data::labels(split == Split::test).index({items});
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
  if (needed > data::training_images) {
    throw Error("weak.labels + task.transfer + task.validation + pretrain.items is " +
                std::to_string(needed) + ", but Fashion-MNIST has 60000 training images and no two "
                "splits share one");
  }
  return std::make_unique<FashionMnist>(sizes, side, weak_view == 0 ? side : weak_view);
}

}  // namespace

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
