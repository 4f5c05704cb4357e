// NPO's synthetic problem (Zhang et al. 2024, section 4): two Gaussian clouds, binary labels,
// logistic regression on random features.
#include "sdk/families/support/linear_network.h"
#include "sdk/families/unlearning/tasks/tasks.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace assay::unlearning {
namespace {

constexpr std::int64_t inputs = 16, features = 128;
constexpr double rate = 0.05;

class NpoGaussian final : public Task {
 public:
  explicit NpoGaussian(const Json& settings)
      : forget_(settings.at("forget")),
        retain_(settings.at("retain")),
        probe_(settings.at("holdout")),
        steps_(settings.at("steps")),
        alpha_(settings.at("alpha")) {}

  Likelihood likelihood() const override { return Likelihood::bernoulli; }
  at::ScalarType type() const override { return at::kDouble; }
  std::vector<std::string> data_versions() const override { return {"npo_gaussian 1"}; }

  std::shared_ptr<const Network> network(const std::optional<NetworkSpec>& model) const override {
    reject_model(model, "npo_gaussian");
    return make_linear(features, 1);
  }

  // Validation and holdout are draws like the retain set, the probe like the forget set.
  Items items(Split split, const Seeds& seeds) const override {
    std::vector<Tensor> x_S, label_S;
    for (const std::uint64_t seed : seeds) {
      std::vector<Drawn> parts;
      if (split == Split::holdout) {
        parts = {draw(seed, "holdout", false, probe_)};
      } else if (split == Split::forget_probe) {
        parts = {draw(seed, "probe", true, probe_)};
      } else {
        parts = {draw(seed, "forget", true, forget_), draw(seed, "retain", false, retain_),
                 draw(seed, "validation", false, forget_)};
      }
      std::vector<Tensor> x, label;
      for (const Drawn& part : parts) x.push_back(part.x), label.push_back(part.label);
      x_S.push_back(at::cat(x));
      label_S.push_back(at::cat(label));
    }
    const std::int64_t learnt = 2 * forget_ + retain_;
    switch (split) {
      case Split::forget:
        return generated(x_S, label_S, 0, forget_);
      case Split::retain:
        return generated(x_S, label_S, forget_, retain_);
      case Split::validation:
        return generated(x_S, label_S, forget_ + retain_, forget_);
      case Split::holdout:
        return generated(x_S, label_S, 0, probe_, learnt);
      case Split::forget_probe:
        return generated(x_S, label_S, 0, probe_, learnt + probe_);
    }
    return {};
  }

  bool solves() const override { return true; }

  // Full-batch gradient descent from zero. Model by model: its inputs stay in the cache.
  std::optional<Solution> solve(const Tensor& x_KND, const Tensor& label_KN) const override {
    const at::NoGradGuard no_record;
    const std::int64_t rows = x_KND.size(0), items = x_KND.size(1);
    Tensor theta_KD = at::zeros({rows, features}, x_KND.options());
    for (std::int64_t row = 0; row < rows; ++row) {
      const Tensor x_ND = x_KND[row].contiguous(), x_DN = x_ND.t().contiguous().t();
      const Tensor label_N = label_KN[row].to(at::kDouble);
      Tensor theta_D = theta_KD[row], z_N = at::empty({items}, x_KND.options());
      for (std::int64_t step = 0; step < steps_; ++step) {
        at::mv_out(z_N, x_ND, theta_D);
        z_N.sigmoid_().sub_(label_N);
        theta_D.addmv_(x_DN.t(), z_N, 1, -rate / static_cast<double>(items));
      }
    }
    return Solution::of_all(theta_KD, steps_ * items);
  }

 private:
  struct Drawn {
    Tensor x, label;
  };

  /// x ~ N(+-alpha 1, I), P(y = 1) = sigmoid((x - mu)'w +- 1), w = +-1 / sqrt(16); seen through
  /// ReLU(V x), V ~ N(0, 1/16).
  Drawn draw(std::uint64_t seed, const std::string& part, bool forget, std::int64_t count) const {
    const auto streams = [&](const std::string& purpose) {
      return data_streams({seed}, "npo_gaussian." + purpose);
    };
    const double sign = forget ? 1 : -1, width = std::sqrt(static_cast<double>(inputs));
    const Tensor centred = streams(part + ".x").normal({count, inputs})[0];
    const Tensor logit = centred.sum(1) * (sign / width) + sign;
    const Tensor label = streams(part + ".y").uniform({count})[0].lt(logit.sigmoid());
    const Tensor v = streams("features").normal({features, inputs})[0] / width;
    return {(centred + sign * alpha_).matmul(v.t()).relu(), label.to(at::kLong)};
  }

  std::int64_t forget_, retain_, probe_, steps_;
  double alpha_;
};

}  // namespace

TaskInfo npo_gaussian() {
  return {.id = "npo_gaussian",
          .summary =
              "Generated: two Gaussian clouds with opposite rules, logistic regression on "
              "128 random features; distances are KL from the retrained model",
          .paper = "arXiv:2404.05868",
          .parameters =
              {real("alpha", 1).at_least(0).help("coordinates of the clouds' means: +-alpha"),
               integer("forget", 200).range(2, 100000).help("items to forget"),
               integer("retain", 1000).range(2, 100000).help("items to keep"),
               integer("holdout", 1000).range(10, 100000).help("fresh draws of each cloud"),
               integer("steps", 20000)
                   .range(1, 1000000)
                   .help("gradient steps of rate 0.05 that train original and retrained models")},
          .make = [](const Json& settings) -> std::unique_ptr<Task> {
            return std::make_unique<NpoGaussian>(settings);
          }};
}

}  // namespace assay::unlearning
