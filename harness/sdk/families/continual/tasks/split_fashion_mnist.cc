// Split Fashion-MNIST: ten classes of clothing in five tasks of two, in the data set's order or in
// one drawn for each seed (van de Ven and Tolias 2019, arXiv:1904.07734, with another data set).
#include "sdk/families/continual/task.h"
#include "sdk/families/continual/tasks/images.h"
#include "sdk/families/data/fashion_mnist.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::continual {
namespace {

namespace data = fashion_mnist_data;

constexpr std::int64_t each = 2, count = data::classes / each;

class SplitImages final : public Stream {
 public:
  SplitImages(ImageSizes sizes, Scenario scenario, Seeds seeds, bool drawn)
      : sizes_(sizes), scenario_(scenario), seeds_(std::move(seeds)), drawn_(drawn) {}

  std::int64_t rows() const override { return static_cast<std::int64_t>(seeds_.size()); }
  std::int64_t tasks() const override { return count; }
  std::vector<std::int64_t> input_shape() const override { return {sizes_.side, sizes_.side}; }
  Tensor outputs_TC() const override { return scenario_outputs_TC(scenario_, count, each); }

  Items training(const std::vector<std::int64_t>& tasks) const override {
    return items(tasks, 0, sizes_.train);
  }
  Items validation(const std::vector<std::int64_t>& tasks) const override {
    return items(tasks, sizes_.train, sizes_.validation);
  }
  Dataset test() const override {
    return Dataset::shared(data::images(true, sizes_.side), test_items_KN());
  }
  std::unique_ptr<Truth> truth() const override;

  /// Positions of the test images of each task's classes, in the file's order, task by task.
  Tensor test_items_KN() const {
    const Tensor label_M = data::labels(true);
    std::vector<Tensor> rows;
    for (std::int64_t row = 0; row < this->rows(); ++row) {
      const Tensor place_M = places_KC()[row].index({label_M});
      std::vector<Tensor> tasks;
      for (std::int64_t task = 0; task < count; ++task) {
        tasks.push_back(of_task(place_M, task).narrow(0, 0, sizes_.test));
      }
      rows.push_back(at::cat(tasks));
    }
    return at::stack(rows);
  }

  /// Where each class comes in a seed's order, [K, 10].
  Tensor places_KC() const {
    if (drawn_) return Streams(seeds_, "assay.class_order").permutation(data::classes);
    return at::arange(data::classes, at::kLong).expand({rows(), data::classes});
  }

  /// The outputs that are right for places in the order.
  Tensor outputs_of(const Tensor& place) const {
    return scenario_ == Scenario::domain ? place.remainder(each) : place;
  }

 private:
  static Tensor of_task(const Tensor& place_M, std::int64_t task) {
    return place_M.div(each, "floor").eq(task).nonzero().squeeze(1);
  }

  Items items(const std::vector<std::int64_t>& tasks, std::int64_t from, std::int64_t size) const {
    const Tensor label_M = data::labels(false);
    const Tensor order_KM = Streams(seeds_, "assay.split").permutation(data::training_images);
    std::vector<Tensor> items, labels;
    for (std::int64_t row = 0; row < rows(); ++row) {
      const Tensor place_M = places_KC()[row].index({label_M.index({order_KM[row]})});
      std::vector<Tensor> chosen;
      for (const std::int64_t task : tasks) {
        chosen.push_back(of_task(place_M, task).narrow(0, from, size));
      }
      const Tensor position_N = at::cat(chosen);
      items.push_back(order_KM[row].index_select(0, position_N));
      labels.push_back(outputs_of(place_M.index_select(0, position_N)));
    }
    return {Dataset::shared(data::images(false, sizes_.side), at::stack(items)), at::stack(labels)};
  }

  ImageSizes sizes_;
  Scenario scenario_;
  Seeds seeds_;
  bool drawn_;
};

class SplitTruth final : public Truth {
 public:
  explicit SplitTruth(SplitImages stream) : stream_(std::move(stream)) {}
  Tensor labels_KN() const override {
    const Tensor class_KN = data::labels(true).index({stream_.test_items_KN()});
    return stream_.outputs_of(stream_.places_KC().gather(1, class_KN));
  }

 private:
  SplitImages stream_;
};

std::unique_ptr<Truth> SplitImages::truth() const {
  return std::make_unique<SplitTruth>(*this);
}

std::unique_ptr<Stream> make(const Json& settings, Scenario scenario, const Seeds& seeds) {
  const ImageSizes sizes = image_sizes(settings);
  // A class has 6,000 training images.
  if (sizes.train + sizes.validation > 12000) {
    throw Error("task.train + task.validation is " +
                std::to_string(sizes.train + sizes.validation) +
                ", but a task of two classes has 12000 training images");
  }
  if (sizes.test > 2000) {
    throw Error("task.test is " + std::to_string(sizes.test) +
                ", but a task of two classes has 2000 test images");
  }
  return std::make_unique<SplitImages>(sizes, scenario, seeds, settings.at("order") == "drawn");
}

}  // namespace

TaskInfo split_fashion_mnist() {
  std::vector<ParameterSpec> parameters = image_settings(28, 5000);
  parameters.push_back(text("order", "drawn")
                           .one_of({"natural", "drawn"})
                           .help("which classes come together: as the data set counts them, or "
                                 "drawn for each seed"));
  return {.id = "split_fashion_mnist",
          .summary = "Ten classes of clothing in five tasks of two",
          .paper = "arXiv:1708.07747",
          .parameters = std::move(parameters),
          .make = make,
          .data_versions = data::data_versions,
          .data_files = data::data_files};
}

}  // namespace assay::continual
