// Ridge and softmax regression: original and retrained models are optima, solved for exactly.
#include "sdk/families/support/linear_network.h"
#include "sdk/families/unlearning/convex_loss.h"
#include "sdk/families/unlearning/tasks/tasks.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::unlearning {
namespace {

class Convex final : public Task {
 public:
  explicit Convex(const Json& settings)
      : dimension_(settings.at("dimension")),
        forget_(settings.at("forget")),
        retain_(settings.at("items").get<std::int64_t>() - forget_),
        held_(settings.at("holdout")),
        outputs_(settings.at("loss") == "softmax" ? settings.at("classes").get<std::int64_t>() : 1),
        noise_(settings.at("noise")),
        loss_{outputs_ > 1 ? Likelihood::categorical : Likelihood::gaussian, settings.at("ridge")} {
    if (retain_ < 1) throw Error("task.forget must be less than task.items");
  }

  Likelihood likelihood() const override { return loss_.likelihood; }
  at::ScalarType type() const override { return at::kDouble; }
  double ridge() const override { return loss_.ridge; }
  bool convex() const override { return true; }
  std::vector<std::string> data_versions() const override { return {"convex 1"}; }

  std::shared_ptr<const Network> network(const std::optional<NetworkSpec>& model) const override {
    reject_model(model, "convex");
    return make_linear(dimension_, outputs_);
  }

  Items items(Split split, const Seeds& seeds) const override {
    const bool held = split == Split::holdout;
    std::vector<Tensor> x_S, label_S;
    for (const std::uint64_t seed : seeds) {
      const std::int64_t count = held ? held_ : forget_ + retain_ + held_;
      const std::string part = held ? "holdout." : "items.";
      x_S.push_back(draw(seed, part + "x", {count, dimension_}));
      const Tensor w = draw(seed, "truth", {dimension_, outputs_});
      const Tensor clean = x_S.back().matmul(w) / std::sqrt(static_cast<double>(dimension_));
      const Tensor z = clean + noise_ * draw(seed, part + "noise", {count, outputs_});
      label_S.push_back(outputs_ > 1 ? z.argmax(1) : z.squeeze(1));
    }
    switch (split) {
      case Split::forget:
        return generated(x_S, label_S, 0, forget_);
      case Split::retain:
        return generated(x_S, label_S, forget_, retain_);
      case Split::validation:
        return generated(x_S, label_S, forget_ + retain_, held_);
      case Split::holdout:
        return generated(x_S, label_S, 0, held_, forget_ + retain_ + held_);
      case Split::forget_probe:
        break;
    }
    return {};
  }

  bool solves() const override { return true; }

  std::optional<Solution> solve(const Tensor& x_KND, const Tensor& label_KN) const override {
    const Optimum optimum = minimise(loss_, x_KND, label_KN, outputs_);
    // A Hessian of P parameters is P gradients of a sample, each with its gradient once more.
    const std::int64_t each = dimension_ * outputs_ + 1;
    return Solution{optimum.theta_KP, optimum.hessians_K * each * x_KND.size(1), optimum.reached_K};
  }

 private:
  static Tensor draw(std::uint64_t seed, const std::string& purpose, at::IntArrayRef shape) {
    return data_streams({seed}, "convex." + purpose).normal(shape).squeeze(0);
  }

  std::int64_t dimension_, forget_, retain_, held_, outputs_;
  double noise_;
  ConvexLoss loss_;
};

}  // namespace

TaskInfo convex() {
  return {.id = "convex",
          .summary =
              "Generated: ridge or softmax regression, whose original and retrained models "
              "are optima that are solved for",
          .paper = "arXiv:2410.23232",
          .parameters =
              {text("loss", "ridge").one_of({"ridge", "softmax"}).help("the likelihood"),
               integer("dimension", 20).range(1, 512).help("inputs of an item"),
               integer("classes", 3).range(2, 32).help("of softmax"),
               integer("items", 400).range(2, 100000).help("of the forget and the retain set"),
               integer("forget", 20).range(1, 100000).help("of these, to forget"),
               integer("holdout", 200).range(2, 100000).help("of holdout and of validation"),
               real("noise", 0.5).at_least(0).help("standard deviation of an output's noise"),
               real("ridge", 0.01).above(0).help("weight of |theta|^2 / 2 in the mean loss")},
          .make = [](const Json& settings) -> std::unique_ptr<Task> {
            return std::make_unique<Convex>(settings);
          }};
}

}  // namespace assay::unlearning
