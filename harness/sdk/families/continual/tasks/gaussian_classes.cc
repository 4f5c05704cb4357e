// Generated classes: each is a normal cloud about a mean of its own, m_c ~ N(0, spread^2 I), and a
// task has some of them. For trying methods without a data set.
#include "sdk/families/continual/task.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>

namespace assay::continual {
namespace {

constexpr const char* version = "gaussian_classes 1";

struct Shape {
  std::int64_t tasks, each, dimension, train, test;
  double spread;
};

class GaussianClasses final : public Stream {
 public:
  GaussianClasses(Shape shape, Scenario scenario, Seeds seeds)
      : shape_(shape), scenario_(scenario), seeds_(std::move(seeds)) {}

  std::int64_t rows() const override { return static_cast<std::int64_t>(seeds_.size()); }
  std::int64_t tasks() const override { return shape_.tasks; }
  std::vector<std::int64_t> input_shape() const override { return {shape_.dimension}; }
  Tensor outputs_TC() const override {
    return scenario_outputs_TC(scenario_, shape_.tasks, shape_.each);
  }
  Items training(const std::vector<std::int64_t>& tasks) const override {
    return items(tasks, "train", shape_.train);
  }
  Items validation(const std::vector<std::int64_t>& tasks) const override {
    return items(tasks, "validation", shape_.train);
  }
  Dataset test() const override { return test_items().data; }
  std::unique_ptr<Truth> truth() const override;

  Items test_items() const { return items(all_tasks(), "test", shape_.test); }

 private:
  Items items(const std::vector<std::int64_t>& tasks, const std::string& part,
              std::int64_t size) const {
    const Tensor mean_KCF =
        data_streams(seeds_, "means").normal({shape_.tasks * shape_.each, shape_.dimension}) *
        shape_.spread;
    const Tensor within_N = at::arange(size, at::kLong).remainder(shape_.each);
    std::vector<Tensor> xs, labels;
    for (const std::int64_t task : tasks) {
      const Tensor class_N = within_N + task * shape_.each;
      const Tensor noise = data_streams(seeds_, part).normal({size, shape_.dimension}, task);
      xs.push_back((mean_KCF.index_select(1, class_N) + noise).to(at::kFloat));
      labels.push_back((scenario_ == Scenario::domain ? within_N : class_N).expand({rows(), size}));
    }
    return {Dataset::own(at::cat(xs, 1)), at::cat(labels, 1)};
  }

  Shape shape_;
  Scenario scenario_;
  Seeds seeds_;
};

class ClassesTruth final : public Truth {
 public:
  explicit ClassesTruth(GaussianClasses stream) : stream_(std::move(stream)) {}
  Tensor labels_KN() const override { return stream_.test_items().label_KN; }

 private:
  GaussianClasses stream_;
};

std::unique_ptr<Truth> GaussianClasses::truth() const {
  return std::make_unique<ClassesTruth>(*this);
}

std::unique_ptr<Stream> make(const Json& settings, Scenario scenario, const Seeds& seeds) {
  const Shape shape{settings.at("tasks"), settings.at("classes"), settings.at("dimension"),
                    settings.at("train"), settings.at("test"),    settings.at("spread")};
  return std::make_unique<GaussianClasses>(shape, scenario, seeds);
}

}  // namespace

TaskInfo gaussian_classes() {
  return {
      .id = "gaussian_classes",
      .summary = "Generated classes, each a cloud of points about a mean of its own",
      .paper = "",
      .parameters = {integer("tasks", 3).range(1, 1000).help("number of tasks"),
                     integer("classes", 2).range(2, 1000).help("classes of each task"),
                     integer("dimension", 8).range(1, 4096).help("length of an input"),
                     integer("train", 200).range(1, 1000000).help("training items of each task"),
                     integer("test", 100).range(1, 1000000).help("test items of each task"),
                     real("spread", 1.5).above(0).help("standard deviation of the means")},
      .make = make,
      .data_versions = [] { return std::vector<std::string>{version}; },
      .data_files = [] { return std::vector<std::string>{}; }};
}

}  // namespace assay::continual
