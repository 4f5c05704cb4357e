// KLoM in small: classes of Gaussian clouds, and a forget set of items with wrong labels.
#include "sdk/families/unlearning/tasks/tasks.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::unlearning {
namespace {

class KlomMini final : public Task {
 public:
  explicit KlomMini(const Json& settings)
      : classes_(settings.at("classes")),
        dimension_(settings.at("dimension")),
        forget_(settings.at("forget")),
        retain_(settings.at("items").get<std::int64_t>() - forget_),
        validation_(settings.at("validation")),
        holdout_(settings.at("holdout")),
        separation_(settings.at("separation")) {
    if (retain_ < 1) throw Error("task.forget must be less than task.items");
  }

  Likelihood likelihood() const override { return Likelihood::categorical; }
  std::vector<std::string> data_versions() const override { return {"klom_mini 1"}; }

  std::shared_ptr<const Network> network(const std::optional<NetworkSpec>& model) const override {
    return make_network(require_model(model, "klom_mini"), {dimension_}, classes_);
  }

  Items items(Split split, const Seeds& seeds) const override {
    const bool held = split == Split::holdout;
    const std::int64_t learnt = forget_ + retain_ + validation_;
    std::vector<Tensor> x_S, label_S;
    for (const std::uint64_t seed : seeds) {
      const std::int64_t count = held ? holdout_ : learnt;
      const std::string part = held ? "holdout." : "items.";
      const auto streams = [&](const std::string& purpose) {
        return data_streams({seed}, "klom_mini." + purpose);
      };
      const Tensor mean_CD = streams("means").normal({classes_, dimension_})[0] * separation_;
      Tensor label_N = (streams(part + "class").uniform({count})[0] * classes_).to(at::kLong);
      x_S.push_back(
          (mean_CD.index_select(0, label_N) + streams(part + "x").normal({count, dimension_})[0])
              .to(at::kFloat));
      if (!held) {
        // The forget set is taught another class than its own, each of the others alike.
        const Tensor shift =
            1 + (streams("shift").uniform({forget_})[0] * (classes_ - 1)).to(at::kLong);
        Tensor taught = label_N.narrow(0, 0, forget_);
        taught.add_(shift).remainder_(classes_);
      }
      label_S.push_back(label_N);
    }
    switch (split) {
      case Split::forget:
        return generated(x_S, label_S, 0, forget_);
      case Split::retain:
        return generated(x_S, label_S, forget_, retain_);
      case Split::validation:
        return generated(x_S, label_S, forget_ + retain_, validation_);
      case Split::holdout:
        return generated(x_S, label_S, 0, holdout_, learnt);
      case Split::forget_probe:
        break;
    }
    return {};
  }

 private:
  std::int64_t classes_, dimension_, forget_, retain_, validation_, holdout_;
  double separation_;
};

}  // namespace

TaskInfo klom_mini() {
  return {.id = "klom_mini",
          .summary =
              "Generated: Gaussian clouds, means separation x N(0, I); the forget set has "
              "wrong labels",
          .paper = "arXiv:2410.23232",
          .parameters =
              {integer("classes", 5).range(2, 64).help("clouds"),
               integer("dimension", 10).range(1, 512).help("inputs of an item"),
               integer("items", 500).range(2, 100000).help("of the forget and the retain set"),
               integer("forget", 25).range(1, 10000).help("of these, mislabelled and to forget"),
               integer("validation", 250).range(2, 100000).help("items given to methods"),
               integer("holdout", 250).range(2, 100000).help("items of the scoring alone"),
               real("separation", 0.7).above(0).help("standard deviation of a mean's coordinate")},
          .make = [](const Json& settings) -> std::unique_ptr<Task> {
            return std::make_unique<KlomMini>(settings);
          }};
}

}  // namespace assay::unlearning
