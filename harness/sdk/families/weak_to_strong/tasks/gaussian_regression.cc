#include "sdk/families/weak_to_strong/tasks/gaussian_regression.h"

#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace assay::weak_to_strong {
namespace {

// Part of every cache key: raised when what is generated changes.
constexpr const char* version = "gaussian_regression 1";

/// Features in the order: the supervisor's own, those that both see, the student's own.
struct Shape {
  std::int64_t weak, strong, shared;
  double noise;

  std::int64_t all() const { return weak + strong - shared; }
};

class Generator {
 public:
  Generator(Shape shape, Sizes sizes) : shape_(shape), sizes_(sizes) {}

  /// All features of a split's items, float64 [K, N, all].
  Tensor features(const Seeds& seeds, Split split) const {
    const std::array<std::int64_t, 2> shape{sizes_.of(split), shape_.all()};
    return data_streams(seeds, std::string("features.") + name_of(split)).normal(shape);
  }

  /// theta . z, theta ~ N(0, 1 / shared) on the features that both see: targets have variance 1 on
  /// average.
  Tensor targets(const Seeds& seeds, Split split) const {
    const std::array<std::int64_t, 2> shape{shape_.shared, 1};
    const Tensor theta_KS1 = data_streams(seeds, "direction")
                                 .normal(shape)
                                 .div_(std::sqrt(static_cast<double>(shape_.shared)));
    const Tensor shared_KNS =
        features(seeds, split).narrow(2, shape_.weak - shape_.shared, shape_.shared);
    return shared_KNS.matmul(theta_KS1).squeeze(2);
  }

  Tensor noise(const Seeds& seeds, Split split) const {
    const std::array<std::int64_t, 1> shape{sizes_.of(split)};
    return data_streams(seeds, std::string("noise.") + name_of(split)).normal(shape) * shape_.noise;
  }

  const Shape& shape() const { return shape_; }
  const Sizes& sizes() const { return sizes_; }

 private:
  Shape shape_;
  Sizes sizes_;
};

class RegressionTruth final : public Truth {
 public:
  explicit RegressionTruth(Generator generator) : generator_(std::move(generator)) {}

  Tensor labels_KN(Split split, const Seeds& seeds) const override {
    return generator_.targets(seeds, split) + generator_.noise(seeds, split);
  }
  Tensor targets_KN(Split split, const Seeds& seeds) const override {
    return generator_.targets(seeds, split);
  }
  Tensor pretraining_KNT(std::int64_t, const Seeds&) const override {
    throw Error("regression tasks have no pretraining tasks");
  }

 private:
  Generator generator_;
};

class Regression final : public Task {
 public:
  Regression(Generator generator, bool has_formula)
      : generator_(std::move(generator)), has_formula_(has_formula) {}

  Likelihood likelihood() const override { return Likelihood::gaussian; }
  std::int64_t classes() const override { return 1; }
  at::ScalarType type() const override { return at::kDouble; }

  std::vector<std::int64_t> input_shape(View view) const override {
    return {view == View::weak ? generator_.shape().weak : generator_.shape().strong};
  }

  Dataset inputs(Split split, View view, const Seeds& seeds) const override {
    const Shape& shape = generator_.shape();
    const Tensor all_KNF = generator_.features(seeds, split);
    return Dataset::own(view == View::weak
                            ? all_KNF.narrow(2, 0, shape.weak)
                            : all_KNF.narrow(2, shape.weak - shape.shared, shape.strong));
  }

  Tensor items_KN(Split split, const Seeds& seeds) const override {
    return counted_items_KN(generator_.sizes().of(split), seeds);
  }

  // Of least squares on n items with d features and noise v the risk is v d / (n - d - 1) (the mean
  // of an inverse Wishart matrix). The supervisor's error is spread evenly over its features: what
  // lies in the shared ones the student learns, the rest is noise to it.
  std::optional<ExpectedRisks> expected_risks() const override {
    if (!has_formula_) return std::nullopt;
    const Shape& shape = generator_.shape();
    const double v = shape.noise * shape.noise;
    const auto strong = static_cast<double>(shape.strong),
               shared = static_cast<double>(shape.shared);
    const auto weak = static_cast<double>(shape.weak);
    const double each = v / (static_cast<double>(generator_.sizes().labels) - weak - 1);
    const double fit = strong / (static_cast<double>(generator_.sizes().transfer) - strong - 1);
    return ExpectedRisks{each * weak, each * (shared + (weak - shared) * fit), v * fit};
  }

  std::unique_ptr<Truth> truth() const override {
    return std::make_unique<RegressionTruth>(generator_);
  }
  Tensor codes_KCT(std::int64_t, const Seeds&) const override { return {}; }
  std::vector<std::string> data_versions() const override { return {version}; }
  std::vector<std::string> data_files() const override { return {}; }

 private:
  Generator generator_;
  bool has_formula_;
};

void check(const std::string& task, const Sizes& sizes, std::int64_t weak_view) {
  if (weak_view != 0) {
    throw Error("weak.view is " + std::to_string(weak_view) + ": " + task +
                " has no views, leave the setting out");
  }
  if (sizes.pretrain != 0) {
    throw Error(task + " has no pretraining tasks: leave pretrain out");
  }
}

std::int64_t number(const Json& settings, const char* key) {
  return settings.at(key).get<std::int64_t>();
}

std::unique_ptr<Task> make_linear(const Json& settings, const Sizes& sizes,
                                  std::int64_t weak_view) {
  check("linear_gaussian", sizes, weak_view);
  const std::int64_t dimension = number(settings, "dimension");
  const Shape shape{dimension, dimension, dimension, settings.at("noise").get<double>()};
  return std::make_unique<Regression>(Generator(shape, sizes), false);
}

std::unique_ptr<Task> make_subspace(const Json& settings, const Sizes& sizes,
                                    std::int64_t weak_view) {
  check("subspace", sizes, weak_view);
  const Shape shape{number(settings, "weak"), number(settings, "strong"),
                    number(settings, "shared"), settings.at("noise").get<double>()};
  if (shape.shared > std::min(shape.weak, shape.strong)) {
    throw Error("task.shared is " + std::to_string(shape.shared) + ", but the supervisor has " +
                std::to_string(shape.weak) + " features and the student " +
                std::to_string(shape.strong) + ": shared features are among both");
  }
  const auto need = [&](const char* what, std::int64_t items, std::int64_t features) {
    if (items > features + 1) return;
    throw Error(std::string(what) + " is " + std::to_string(items) + ", but least squares on " +
                std::to_string(features) + " features has a finite expected risk from " +
                std::to_string(features + 2) + " items on");
  };
  need("weak.labels", sizes.labels, shape.weak);
  need("task.transfer", sizes.transfer, shape.strong);
  return std::make_unique<Regression>(Generator(shape, sizes), true);
}

std::vector<ParameterSpec> with_sizes(std::vector<ParameterSpec> own) {
  own.push_back(real("noise", 1).at_least(0).help("standard deviation of a label's noise"));
  own.push_back(
      integer("transfer", 400).range(1, 1000000).help("items with the supervisor's labels"));
  own.push_back(integer("validation", 100)
                    .range(1, 1000000)
                    .help("further items with the supervisor's labels, for stopping"));
  own.push_back(integer("test", 2000).range(10, 1000000).help("test items"));
  return own;
}

}  // namespace

TaskInfo linear_gaussian() {
  return {
      .id = "linear_gaussian",
      .summary = "Generated: linear regression; what a least-squares student gains is its misfit",
      .paper = "arXiv:2405.15116",
      .parameters =
          with_sizes({integer("dimension", 20).range(1, 4096).help("features of an item")}),
      .make = make_linear};
}

TaskInfo subspace() {
  return {.id = "subspace",
          .summary =
              "Generated: linear regression in which supervisor and student see different "
              "features; expected risks are known",
          .paper = "arXiv:2502.05075",
          .parameters = with_sizes(
              {integer("weak", 40).range(1, 4096).help("features that the supervisor sees"),
               integer("strong", 10).range(1, 4096).help("features that the student sees"),
               integer("shared", 10).range(1, 4096).help("features that both see")}),
          .make = make_subspace};
}

}  // namespace assay::weak_to_strong
