// Streaming linear discriminant analysis (Hayes and Kanan 2020, equation 2): running class means,
// and one running covariance of all classes, shrunk towards the identity.
#include <assay/continual/class_statistics.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class Slda final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("slda")
        .summary("Linear discriminant by running class means and one running covariance")
        .paper("arXiv:1909.01520")
        .needs("categorical")
        .parameter(text("features", "pixels")
                       .one_of({"pixels", "network"})
                       .help("statistics of the inputs, or of the starting network's features"))
        .parameter(real("shrinkage", 1e-4)
                       .above(0)
                       .range(0, 1)
                       .help("share of the identity in the covariance"));
  }

  explicit Slda(const Parameters& parameters)
      : shrinkage_(parameters.real("shrinkage")),
        statistics_(parameters.text("features"), /*covariance=*/true) {}

  bool trains_by_gradient() const override { return false; }

  void begin(const Problem& problem, Run&) override { statistics_.begin(problem); }

  void prepare_batch(continual::Batch& batch, Run&) override { statistics_.observe(batch); }

  Tensor predict(const Model&, const Query& query) const override {
    return statistics_.classes().linear_discriminant(statistics_.of(query), shrinkage_);
  }

  void state(State& state) override { state("statistics", statistics_); }

 private:
  double shrinkage_;
  FeatureStatistics statistics_;
};

}  // namespace

ASSAY_METHOD(Slda);
