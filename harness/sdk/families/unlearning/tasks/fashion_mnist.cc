// Fashion-MNIST with random, class or mislabelled forget sets.
#include "sdk/families/data/fashion_mnist.h"
#include "sdk/families/unlearning/tasks/tasks.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/streams.h>

namespace assay::unlearning {
namespace {

namespace data = fashion_mnist_data;

class FashionMnist final : public Task {
 public:
  explicit FashionMnist(const Json& settings)
      : kind_(settings.at("kind")),
        side_(settings.at("size")),
        forget_(settings.at("forget")),
        retain_(settings.at("retain")),
        validation_(settings.at("validation")),
        holdout_(settings.at("holdout")) {
    if (side_ != 14 && side_ != 28) {
      throw Error("task.size is " + std::to_string(side_) +
                  ": Fashion-MNIST is offered at 14 or 28");
    }
    // A class has 6,000 training images; of the others' 54,000 the retain set is taken.
    if (kind_ == "class" && (forget_ > 6000 || retain_ + validation_ > 48000)) {
      throw Error(
          "task.kind = \"class\" has at most 6000 images to forget and 48000 for "
          "retain and validation");
    }
    if (forget_ + retain_ + validation_ > data::training_images) {
      throw Error(
          "task.forget + task.retain + task.validation is more than the 60000 training "
          "images");
    }
  }

  Likelihood likelihood() const override { return Likelihood::categorical; }
  std::vector<std::string> data_versions() const override { return data::data_versions(); }
  std::vector<std::string> data_files() const override { return data::data_files(); }

  std::shared_ptr<const Network> network(const std::optional<NetworkSpec>& model) const override {
    return make_network(require_model(model, "fashion_mnist"), {side_, side_}, data::classes);
  }

  Items items(Split split, const Seeds& seeds) const override {
    if (split == Split::forget_probe) return {};
    const auto rows = static_cast<std::int64_t>(seeds.size());
    if (split == Split::holdout) {
      const Tensor place_SN =
          at::arange(holdout_, at::kLong).unsqueeze(0).expand({rows, holdout_}).contiguous();
      // Test images are numbered behind the training images.
      return {data::images(true, side_), place_SN, data::labels(true).index({place_SN}),
              place_SN + data::training_images};
    }
    const Tensor label_M = data::labels(false);
    const Tensor order_SM = Streams(seeds, "assay.split").permutation(data::training_images);
    std::vector<Tensor> places;
    for (std::int64_t row = 0; row < rows; ++row) {
      places.push_back(
          places_of(split, seeds[static_cast<std::size_t>(row)], order_SM[row], label_M));
    }
    const Tensor place_SN = at::stack(places);
    Tensor label_SN = label_M.index({place_SN});
    if (split == Split::forget && kind_ == "mislabelled") {
      const Tensor other_SN =
          Streams(seeds, "assay.mislabel").uniform({forget_}) * (data::classes - 1);
      label_SN = (label_SN + 1 + other_SN.to(at::kLong)).remainder(data::classes);
    }
    return {data::images(false, side_), place_SN, label_SN, place_SN};
  }

 private:
  /// Of one seed, whose order of the training images is given. All kinds but "class" take slices of
  /// the order; there the forget set is the seed's class, and the retain set is without it.
  Tensor places_of(Split split, std::uint64_t seed, const Tensor& order_M,
                   const Tensor& label_M) const {
    if (kind_ != "class") {
      if (split == Split::forget) return order_M.narrow(0, 0, forget_);
      if (split == Split::retain) return order_M.narrow(0, forget_, retain_);
      return order_M.narrow(0, forget_ + retain_, validation_);
    }
    const Tensor drawn = Streams({seed}, "assay.forget_class").uniform({1});
    const auto unwanted = static_cast<std::int64_t>(drawn.item<double>() * data::classes);
    const Tensor mine_M = label_M.index({order_M}).eq(unwanted);
    const Tensor of_class = order_M.index({mine_M}), others = order_M.index({mine_M.logical_not()});
    if (split == Split::forget) return of_class.narrow(0, 0, forget_);
    if (split == Split::retain) return others.narrow(0, 0, retain_);
    // Validation has all classes, as the holdout has: from the end of the order without the parts
    // that are used.
    const Tensor used_M = at::cat({of_class.narrow(0, 0, forget_), others.narrow(0, 0, retain_)});
    const Tensor free_M = order_M.index({at::isin(order_M, used_M).logical_not()});
    return free_M.flip(0).narrow(0, 0, validation_);
  }

  std::string kind_;
  std::int64_t side_, forget_, retain_, validation_, holdout_;
};

}  // namespace

TaskInfo fashion_mnist() {
  return {.id = "fashion_mnist",
          .summary =
              "Ten classes of clothing; forgets random images, images of one class, or "
              "images that were taught with wrong labels",
          .paper = "arXiv:1708.07747",
          .parameters =
              {text("kind", "random")
                   .one_of({"random", "class", "mislabelled"})
                   .help("what is forgotten; class: the seed draws which, and the retain set is "
                         "without it"),
               integer("size", 14).range(14, 28).help("pixels a side: 14 or 28"),
               integer("forget", 200).range(1, 30000).help("images to forget"),
               integer("retain", 3800).range(1, 60000).help("images to keep"),
               integer("validation", 500).range(2, 30000).help("further images given to methods"),
               integer("holdout", 2000).range(10, 10000).help("test images: the first ones")},
          .make = [](const Json& settings) -> std::unique_ptr<Task> {
            return std::make_unique<FashionMnist>(settings);
          }};
}

}  // namespace assay::unlearning
