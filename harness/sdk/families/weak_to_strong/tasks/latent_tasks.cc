#include "sdk/families/weak_to_strong/tasks/latent_tasks.h"

#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <array>
#include <cmath>
#include <string>

namespace assay::weak_to_strong {
namespace {

// Part of every cache key: raised when what is generated changes.
constexpr const char* version = "latent_tasks 2";

struct Shape {
  std::int64_t dimension, latent;
  double noise;
};

/// What one seed draws. Rows are made one by one: a cohort's normals in float64 would not fit.
class Generator {
 public:
  Generator(Shape shape, Sizes sizes) : shape_(shape), sizes_(sizes) {}

  /// z of a split's items, [N, latent].
  Tensor latent(std::uint64_t seed, Split split) const {
    return draw(seed, std::string("latent.") + name_of(split), sizes_.of(split), shape_.latent);
  }

  /// x of a split's items, [N, dimension].
  Tensor inputs(std::uint64_t seed, Split split) const {
    const Tensor mixing = draw(seed, "mixing", shape_.latent, shape_.dimension)
                              .div_(std::sqrt(static_cast<double>(shape_.latent)));
    const Tensor noise =
        draw(seed, std::string("noise.") + name_of(split), sizes_.of(split), shape_.dimension);
    return latent(seed, split).matmul(mixing).add_(noise, shape_.noise);
  }

  /// Directions of tasks, [latent, count].
  Tensor directions(std::uint64_t seed, const char* purpose, std::int64_t count) const {
    return draw(seed, purpose, shape_.latent, count);
  }

  const Shape& shape() const { return shape_; }
  const Sizes& sizes() const { return sizes_; }

 private:
  static Tensor draw(std::uint64_t seed, const std::string& purpose, std::int64_t rows,
                     std::int64_t columns) {
    const std::array<std::int64_t, 2> shape{rows, columns};
    return data_streams({seed}, purpose).normal(shape).squeeze(0).to(at::kFloat);
  }

  Shape shape_;
  Sizes sizes_;
};

class LatentTruth final : public Truth {
 public:
  explicit LatentTruth(Generator generator) : generator_(std::move(generator)) {}

  Tensor labels_KN(Split split, const Seeds& seeds) const override {
    std::vector<Tensor> rows;
    for (const std::uint64_t seed : seeds) {
      const Tensor w = generator_.directions(seed, "direction", 1);
      rows.push_back(generator_.latent(seed, split).matmul(w).squeeze(1).gt(0).to(at::kLong));
    }
    return at::stack(rows);
  }

  Tensor pretraining_KNT(std::int64_t tasks, const Seeds& seeds) const override {
    std::vector<Tensor> rows;
    for (const std::uint64_t seed : seeds) {
      const Tensor u = generator_.directions(seed, "pretraining", tasks);
      rows.push_back(generator_.latent(seed, Split::pretrain).matmul(u).gt(0).to(at::kFloat));
    }
    return at::stack(rows);
  }

 private:
  Generator generator_;
};

class LatentTasks final : public Task {
 public:
  explicit LatentTasks(Generator generator) : generator_(std::move(generator)) {}

  std::int64_t classes() const override { return 2; }
  std::vector<std::int64_t> input_shape(View) const override {
    return {generator_.shape().dimension};
  }

  Dataset inputs(Split split, View, const Seeds& seeds) const override {
    std::vector<Tensor> rows;
    for (const std::uint64_t seed : seeds) rows.push_back(generator_.inputs(seed, split));
    return Dataset::own(at::stack(rows));
  }

  Tensor items_KN(Split split, const Seeds& seeds) const override {
    return counted_items_KN(generator_.sizes().of(split), seeds);
  }

  std::unique_ptr<Truth> truth() const override {
    return std::make_unique<LatentTruth>(generator_);
  }
  Tensor codes_KCT(std::int64_t, const Seeds&) const override { return {}; }
  std::vector<std::string> data_versions() const override { return {version}; }
  std::vector<std::string> data_files() const override { return {}; }

 private:
  Generator generator_;
};

std::unique_ptr<Task> make(const Json& settings, const Sizes& sizes, std::int64_t weak_view) {
  if (weak_view != 0) {
    throw Error("weak.view is " + std::to_string(weak_view) +
                ": latent_tasks has no views, leave the setting out");
  }
  const Shape shape{settings.at("dimension").get<std::int64_t>(),
                    settings.at("latent").get<std::int64_t>(), settings.at("noise").get<double>()};
  return std::make_unique<LatentTasks>(Generator(shape, sizes));
}

}  // namespace

TaskInfo latent_tasks() {
  return {
      .id = "latent_tasks",
      .summary =
          "Generated: a direction in a hidden space that the inputs show through noise; "
          "pretraining on other directions",
      .paper = "",
      .parameters =
          {integer("dimension", 128).range(1, 4096).help("length of an input"),
           integer("latent", 8).range(1, 512).help("length of the hidden vector"),
           real("noise", 2).at_least(0).help("standard deviation of an input's noise"),
           integer("transfer", 4000).range(1, 1000000).help("items with the supervisor's labels"),
           integer("validation", 500)
               .range(1, 1000000)
               .help("further items with the supervisor's labels, for stopping"),
           integer("test", 5000).range(10, 1000000).help("test items")},
      .make = make};
}

}  // namespace assay::weak_to_strong
