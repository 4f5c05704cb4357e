// Fashion-MNIST as evidence: judges learn from training images, questions are test images.
#include "sdk/families/data/fashion_mnist.h"
#include "sdk/families/debate/tasks/pixels.h"
#include "sdk/families/debate/tasks/tasks.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/streams.h>

namespace assay::debate {
namespace {

namespace data = fashion_mnist_data;

class Clothes final : public Pictures {
 public:
  explicit Clothes(const Json& settings)
      : side_(settings.at("size")),
        questions_(settings.at("questions")),
        training_(settings.at("training")) {
    if (side_ != 14 && side_ != 28) {
      throw Error("task.size is " + std::to_string(side_) +
                  ": Fashion-MNIST is offered at 14 or 28");
    }
  }

  std::int64_t classes() const override { return data::classes; }
  std::int64_t side() const override { return side_; }
  std::int64_t questions() const override { return questions_; }
  std::int64_t training() const override { return training_; }
  std::vector<std::string> data_versions() const override { return data::data_versions(); }
  std::vector<std::string> data_files() const override { return data::data_files(); }

  Tensor training_images(const Seeds&) const override {
    return data::images(false, side_).unsqueeze(0);
  }
  Tensor training_items_KN(const Seeds& seeds) const override {
    const Tensor order = Streams(seeds, "assay.split").permutation(data::training_images);
    return order.narrow(1, 0, training_).contiguous();
  }
  Tensor training_labels_KN(const Seeds& seeds) const override {
    return data::labels(false).index({training_items_KN(seeds)});
  }
  Tensor question_KNHW(const Seeds& seeds) const override {
    return data::images(!practice_, side_).index({question_items_KN(seeds)});
  }
  Tensor truth_KN(const Seeds& seeds) const override {
    return data::labels(!practice_).index({question_items_KN(seeds)});
  }
  std::unique_ptr<Pictures> practice(std::int64_t questions) const override {
    auto other = std::make_unique<Clothes>(*this);
    other->questions_ = questions;
    other->practice_ = true;
    return other;
  }

 private:
  Tensor question_items_KN(const Seeds& seeds) const {
    if (practice_) {
      // The end of the order whose beginning the judge has learned from.
      const Tensor order = Streams(seeds, "assay.split").permutation(data::training_images);
      return order.narrow(1, data::training_images - questions_, questions_);
    }
    const Tensor order = Streams(seeds, "assay.split.test").permutation(data::test_images);
    return order.narrow(1, 0, questions_);
  }

  std::int64_t side_, questions_, training_;
  bool practice_ = false;
};

std::unique_ptr<Task> make(const TaskSettings& settings) {
  return make_pixel_task(std::make_unique<Clothes>(settings.task), settings);
}

}  // namespace

TaskInfo fashion_mnist() {
  return {
      .id = "fashion_mnist",
      .summary =
          "Ten classes of clothing; the judge has learned from a few random pixels, and "
          "debaters name pixels",
      .paper = "arXiv:1708.07747",
      .parameters = {integer("size", 14).range(14, 28).help("pixels a side: 14 or 28"),
                     integer("questions", 200).range(1, 10000).help("test images, each seed's own"),
                     integer("training", 20000)
                         .range(10, 60000)
                         .help("training images that the judge learns from, each seed's own"),
                     order_bias()},
      .make = make};
}

}  // namespace assay::debate
