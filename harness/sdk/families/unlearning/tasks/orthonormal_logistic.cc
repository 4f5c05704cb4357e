// The setting of NPO's theorem 2: binary logistic regression on orthonormal inputs, from zero.
#include "sdk/families/support/linear_network.h"
#include "sdk/families/unlearning/tasks/tasks.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::unlearning {
namespace {

class OrthonormalLogistic final : public Task {
 public:
  explicit OrthonormalLogistic(const Json& settings)
      : forget_(settings.at("forget")), dimension_(settings.at("dimension")) {
    if (2 * forget_ > dimension_) {
      throw Error(
          "task.dimension must be at least twice task.forget: forget and retain items are "
          "orthonormal");
    }
  }

  Likelihood likelihood() const override { return Likelihood::bernoulli; }
  at::ScalarType type() const override { return at::kDouble; }
  std::vector<std::string> data_versions() const override { return {"orthonormal_logistic 1"}; }

  std::shared_ptr<const Network> network(const std::optional<NetworkSpec>& model) const override {
    reject_model(model, "orthonormal_logistic");
    return make_linear(dimension_, 1);
  }

  // Forget and retain items are rows of one orthonormal matrix; the others are unit vectors.
  Items items(Split split, const Seeds& seeds) const override {
    std::vector<Tensor> x_S, label_S;
    const bool held = split == Split::holdout;
    for (const std::uint64_t seed : seeds) {
      const auto streams = [&](const std::string& purpose) {
        return data_streams({seed}, "orthonormal_logistic." + purpose);
      };
      const std::string part = held ? "holdout." : "items.";
      const Tensor other = streams(part + "x").normal({2 * forget_, dimension_})[0];
      const Tensor unit = other / other.norm(2, 1, /*keepdim=*/true);
      const Tensor square = streams("rows").normal({dimension_, dimension_})[0];
      const Tensor rows = std::get<0>(at::linalg_qr(square)).narrow(0, 0, 2 * forget_);
      x_S.push_back(held ? unit : at::cat({rows, unit}));
      label_S.push_back(streams(part + "label").coin({x_S.back().size(0)})[0]);
    }
    switch (split) {
      case Split::forget:
        return generated(x_S, label_S, 0, forget_);
      case Split::retain:
        return generated(x_S, label_S, forget_, forget_);
      case Split::validation:
        return generated(x_S, label_S, 2 * forget_, 2 * forget_);
      case Split::holdout:
        return generated(x_S, label_S, 0, 2 * forget_, 4 * forget_);
      case Split::forget_probe:
        break;
    }
    return {};
  }

  bool solves() const override { return true; }

  // The theorem begins at zero, whatever was taught.
  std::optional<Solution> solve(const Tensor& x_KND, const Tensor&) const override {
    return Solution::of_all(at::zeros({x_KND.size(0), dimension_}, x_KND.options()), 0);
  }

 private:
  std::int64_t forget_, dimension_;
};

}  // namespace

TaskInfo orthonormal_logistic() {
  return {.id = "orthonormal_logistic",
          .summary =
              "Generated: binary logistic regression on orthonormal inputs, all models "
              "start at zero: how fast an unlearning loss moves them without end",
          .paper = "arXiv:2404.05868",
          .parameters = {integer("forget", 32).range(1, 512).help("items to forget"),
                         integer("dimension", 64).range(2, 1024).help("inputs of an item")},
          .make = [](const Json& settings) -> std::unique_ptr<Task> {
            return std::make_unique<OrthonormalLogistic>(settings);
          }};
}

}  // namespace assay::unlearning
