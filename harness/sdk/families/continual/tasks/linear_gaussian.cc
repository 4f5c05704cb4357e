// A stream of linear regressions with one set of weights: w ~ N(0, prior^2 I), y = (x, 1) w + e,
// e ~ N(0, 1). The posterior of the weights is known after any number of tasks, so that what an
// elastic penalty approximates can be compared with it. With the Gram "diagonal" every task's
// X'X is diagonal (the intercept's column too), and the diagonal Fisher information is all of it.
#include "sdk/families/continual/task.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::continual {
namespace {

constexpr const char* version = "linear_gaussian 1";

struct Shape {
  std::int64_t tasks, dimension, train, test;
  double prior;
  bool diagonal;
};

class LinearGaussian final : public Stream {
 public:
  LinearGaussian(Shape shape, Seeds seeds) : shape_(shape), seeds_(std::move(seeds)) {}

  std::int64_t rows() const override { return static_cast<std::int64_t>(seeds_.size()); }
  std::int64_t tasks() const override { return shape_.tasks; }
  Likelihood likelihood() const override { return Likelihood::gaussian; }
  std::vector<std::int64_t> input_shape() const override { return {shape_.dimension}; }
  Tensor outputs_TC() const override { return at::ones({shape_.tasks, 1}, at::kBool); }

  Items training(const std::vector<std::int64_t>& tasks) const override {
    return items(tasks, "train", shape_.train);
  }
  Items validation(const std::vector<std::int64_t>& tasks) const override {
    return items(tasks, "validation", shape_.train);
  }
  Dataset test() const override { return test_items().data; }
  std::unique_ptr<Truth> truth() const override;

  Items test_items() const { return items(all_tasks(), "test", shape_.test); }

  /// (X'X + I / prior^2)^-1 X'y over all tasks, [K, D + 1], the intercept last.
  Tensor posterior_KP() const {
    const Items given = training(all_tasks());
    const Tensor x_KND = given.data.slice(0, given.data.largest_count());
    const Tensor with_one = at::cat({x_KND, at::ones_like(x_KND.narrow(2, 0, 1))}, 2);
    const Tensor precision =
        with_one.transpose(1, 2).matmul(with_one) +
        at::eye(shape_.dimension + 1, at::kDouble) / (shape_.prior * shape_.prior);
    return at::linalg_solve(precision, with_one.transpose(1, 2).matmul(given.label_KN.unsqueeze(2)))
        .squeeze(2);
  }

 private:
  Items items(const std::vector<std::int64_t>& tasks, const std::string& part,
              std::int64_t size) const {
    const std::int64_t width = shape_.dimension;
    const Tensor weight_KP1 = data_streams(seeds_, "weights").normal({width + 1, 1}) * shape_.prior;
    std::vector<Tensor> xs, ys;
    for (const std::int64_t task : tasks) {
      const Tensor x_KND =
          shape_.diagonal && part == "train" ? orthogonal(task, size) : general(part, task, size);
      const Tensor noise_KN = data_streams(seeds_, "noise." + part).normal({size}, task);
      const Tensor mean_KN =
          x_KND.matmul(weight_KP1.narrow(1, 0, width)).squeeze(2) + weight_KP1.select(1, width);
      xs.push_back(x_KND);
      ys.push_back(mean_KN + noise_KN);
    }
    return {Dataset::own(at::cat(xs, 1)), at::cat(ys, 1)};
  }

  // Coordinates have their own scales, and in the general case depend on one another.
  Tensor general(const std::string& part, std::int64_t task, std::int64_t size) const {
    const Tensor x_KND =
        data_streams(seeds_, "inputs." + part).normal({size, shape_.dimension}, task);
    if (shape_.diagonal) return x_KND * scale(task);
    const Tensor mixing =
        data_streams(seeds_, "mixing").normal({shape_.dimension, shape_.dimension}, task);
    return x_KND.matmul(mixing) / std::sqrt(static_cast<double>(shape_.dimension));
  }

  Tensor scale(std::int64_t task) const {
    return data_streams(seeds_, "scale").uniform({1, shape_.dimension}, task) + 0.5;
  }

  // Each item shows one coordinate, half of them with each sign: columns are orthogonal to one
  // another and to the column of ones.
  Tensor orthogonal(std::int64_t task, std::int64_t size) const {
    const std::int64_t width = shape_.dimension;
    const Tensor eye = at::eye(width, at::kDouble);
    const Tensor both = at::cat({eye, -eye}).repeat({size / (2 * width), 1});
    return both.unsqueeze(0) * scale(task) * std::sqrt(static_cast<double>(width));
  }

  Shape shape_;
  Seeds seeds_;
};

class LinearTruth final : public Truth {
 public:
  explicit LinearTruth(LinearGaussian stream) : stream_(std::move(stream)) {}
  Tensor labels_KN() const override { return stream_.test_items().label_KN; }
  Tensor posterior_KP() const override { return stream_.posterior_KP(); }

 private:
  LinearGaussian stream_;
};

std::unique_ptr<Truth> LinearGaussian::truth() const {
  return std::make_unique<LinearTruth>(*this);
}

std::unique_ptr<Stream> make(const Json& settings, Scenario scenario, const Seeds& seeds) {
  if (scenario != Scenario::domain) {
    throw Error(
        "linear_gaussian has one output that means the same in every task: "
        "write scenario = \"domain\"");
  }
  const Shape shape{settings.at("tasks"), settings.at("dimension"),
                    settings.at("train"), settings.at("test"),
                    settings.at("prior"), settings.at("gram") == "diagonal"};
  if (shape.diagonal && shape.train % (2 * shape.dimension) != 0) {
    throw Error("task.train is " + std::to_string(shape.train) +
                ", but a diagonal Gram needs a multiple of 2 x task.dimension, " +
                std::to_string(2 * shape.dimension));
  }
  return std::make_unique<LinearGaussian>(shape, seeds);
}

}  // namespace

TaskInfo linear_gaussian() {
  return {
      .id = "linear_gaussian",
      .summary = "Generated linear regressions with one set of weights, whose posterior is known",
      .paper = "",
      .parameters = {integer("tasks", 4).range(1, 1000).help("number of tasks"),
                     integer("dimension", 5).range(1, 1000).help("length of an input"),
                     integer("train", 40).range(1, 1000000).help("training items of each task"),
                     integer("test", 200).range(2, 1000000).help("test items of each task"),
                     real("prior", 1).above(0).help("standard deviation of the weights"),
                     text("gram", "diagonal")
                         .one_of({"diagonal", "general"})
                         .help("whether X'X of each task is diagonal")},
      .make = make,
      .data_versions = [] { return std::vector<std::string>{version}; },
      .data_files = [] { return std::vector<std::string>{}; }};
}

}  // namespace assay::continual
