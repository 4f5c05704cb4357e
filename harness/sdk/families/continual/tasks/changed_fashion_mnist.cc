// The same ten classes in every task, seen otherwise: with the pixels in an order drawn for each
// seed and task (Goodfellow et al. 2013, arXiv:1312.6211), or turned by an angle a task.
#include "sdk/families/continual/task.h"
#include "sdk/families/continual/tasks/images.h"
#include "sdk/families/data/fashion_mnist.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <cmath>
#include <numbers>

namespace assay::continual {
namespace {

namespace data = fashion_mnist_data;

/// Images [K, n, side, side] as a task shows them.
using Change = Tensor (*)(const Tensor& x_KNHW, std::int64_t task, const Seeds& seeds,
                          double angle);

Tensor permuted(const Tensor& x_KNHW, std::int64_t task, const Seeds& seeds, double) {
  const std::int64_t pixels = x_KNHW.size(2) * x_KNHW.size(3);
  const Tensor order_KP = data_streams(seeds, "pixels").permutation(pixels, task);
  const Tensor flat_KNP = x_KNHW.flatten(2);
  return flat_KNP.gather(2, order_KP.unsqueeze(1).expand_as(flat_KNP)).view_as(x_KNHW);
}

Tensor rotated(const Tensor& x_KNHW, std::int64_t task, const Seeds&, double angle) {
  const double turn = angle * static_cast<double>(task) * std::numbers::pi / 180;
  const Tensor images_M1HW = x_KNHW.flatten(0, 1).unsqueeze(1);
  const Tensor by =
      at::tensor({std::cos(turn), -std::sin(turn), 0.0, std::sin(turn), std::cos(turn), 0.0},
                 at::kFloat)
          .view({1, 2, 3})
          .expand({images_M1HW.size(0), 2, 3});
  const Tensor grid = at::affine_grid_generator(by, images_M1HW.sizes(), /*align_corners=*/false);
  return at::grid_sampler(images_M1HW, grid, /*bilinear=*/0, /*zeros=*/0, /*align_corners=*/false)
      .view_as(x_KNHW);
}

class ChangedImages final : public Stream {
 public:
  ChangedImages(ImageSizes sizes, Scenario scenario, Seeds seeds, std::int64_t count, double angle,
                Change change)
      : sizes_(sizes),
        scenario_(scenario),
        seeds_(std::move(seeds)),
        count_(count),
        angle_(angle),
        change_(change) {}

  std::int64_t rows() const override { return static_cast<std::int64_t>(seeds_.size()); }
  std::int64_t tasks() const override { return count_; }
  std::vector<std::int64_t> input_shape() const override { return {sizes_.side, sizes_.side}; }
  Tensor outputs_TC() const override {
    return scenario_outputs_TC(scenario_, count_, data::classes);
  }
  Items training(const std::vector<std::int64_t>& tasks) const override {
    return items(tasks, 0, sizes_.train);
  }
  Items validation(const std::vector<std::int64_t>& tasks) const override {
    return items(tasks, sizes_.train, sizes_.validation);
  }
  Dataset test() const override {
    const Tensor x_NHW = data::images(true, sizes_.side).narrow(0, 0, sizes_.test);
    const Tensor x_KNHW = x_NHW.unsqueeze(0).expand({rows(), -1, -1, -1}).contiguous();
    std::vector<Tensor> tasks;
    for (std::int64_t task = 0; task < count_; ++task) {
      tasks.push_back(change_(x_KNHW, task, seeds_, angle_));
    }
    return Dataset::own(at::cat(tasks, 1));
  }
  std::unique_ptr<Truth> truth() const override;

  /// The test labels of all tasks, [K, T n].
  Tensor test_labels_KN() const {
    const Tensor class_N = data::labels(true).narrow(0, 0, sizes_.test);
    std::vector<Tensor> tasks;
    for (std::int64_t task = 0; task < count_; ++task) tasks.push_back(outputs_of(class_N, task));
    const Tensor label_N = at::cat(tasks);
    return label_N.expand({rows(), label_N.size(0)});
  }

 private:
  Tensor outputs_of(const Tensor& classes, std::int64_t task) const {
    return scenario_ == Scenario::domain ? classes : classes + task * data::classes;
  }

  // Every task has images of its own.
  Items items(const std::vector<std::int64_t>& tasks, std::int64_t from, std::int64_t size) const {
    const std::int64_t stride = sizes_.train + sizes_.validation;
    const Tensor order_KM = Streams(seeds_, "assay.split").permutation(data::training_images);
    const Tensor label_M = data::labels(false), image_MHW = data::images(false, sizes_.side);
    std::vector<Tensor> images, labels;
    for (const std::int64_t task : tasks) {
      const Tensor chosen_KN = order_KM.narrow(1, task * stride + from, size);
      images.push_back(change_(image_MHW.index({chosen_KN}), task, seeds_, angle_));
      labels.push_back(outputs_of(label_M.index({chosen_KN}), task));
    }
    return {Dataset::own(at::cat(images, 1)), at::cat(labels, 1)};
  }

  ImageSizes sizes_;
  Scenario scenario_;
  Seeds seeds_;
  std::int64_t count_;
  double angle_;
  Change change_;
};

class ChangedTruth final : public Truth {
 public:
  explicit ChangedTruth(ChangedImages stream) : stream_(std::move(stream)) {}
  Tensor labels_KN() const override { return stream_.test_labels_KN(); }

 private:
  ChangedImages stream_;
};

std::unique_ptr<Truth> ChangedImages::truth() const {
  return std::make_unique<ChangedTruth>(*this);
}

std::unique_ptr<Stream> make(const Json& settings, Scenario scenario, const Seeds& seeds,
                             double angle, Change change) {
  const ImageSizes sizes = image_sizes(settings);
  const auto count = settings.at("tasks").get<std::int64_t>();
  const std::int64_t needed = count * (sizes.train + sizes.validation);
  if (needed > data::training_images) {
    throw Error("task.tasks x (task.train + task.validation) is " + std::to_string(needed) +
                ", but Fashion-MNIST has 60000 training images and no two tasks share one");
  }
  return std::make_unique<ChangedImages>(sizes, scenario, seeds, count, angle, change);
}

TaskInfo info(std::string id, std::string summary, std::string paper,
              std::vector<ParameterSpec> more,
              std::unique_ptr<Stream> (*make)(const Json&, Scenario, const Seeds&)) {
  std::vector<ParameterSpec> parameters = image_settings(14, 2000);
  for (ParameterSpec& spec : more) parameters.push_back(std::move(spec));
  return {.id = std::move(id),
          .summary = std::move(summary),
          .paper = std::move(paper),
          .parameters = std::move(parameters),
          .make = make,
          .data_versions = data::data_versions,
          .data_files = data::data_files};
}

}  // namespace

TaskInfo permuted_fashion_mnist() {
  return info("permuted_fashion_mnist",
              "All ten classes in every task, with the pixels in another order", "arXiv:1312.6211",
              {integer("tasks", 10).range(1, 100).help("number of tasks")},
              [](const Json& settings, Scenario scenario, const Seeds& seeds) {
                return make(settings, scenario, seeds, 0, permuted);
              });
}

TaskInfo rotated_fashion_mnist() {
  return info("rotated_fashion_mnist", "All ten classes in every task, turned by an angle a task",
              "arXiv:1706.08840",
              {integer("tasks", 3).range(1, 36).help("number of tasks"),
               real("angle", 80).range(0, 180).help("degrees between a task and the next")},
              [](const Json& settings, Scenario scenario, const Seeds& seeds) {
                return make(settings, scenario, seeds, settings.at("angle").get<double>(), rotated);
              });
}

}  // namespace assay::continual
