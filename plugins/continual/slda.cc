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
      : features_(parameters.text("features")), shrinkage_(parameters.real("shrinkage")) {}

  bool trains_by_gradient() const override { return false; }

  void begin(const Problem& problem, Run&) override {
    start_ = problem.start;
    std::vector<std::int64_t> shape{problem.rows(), 1};
    shape.insert(shape.end(), problem.item_shape.begin(), problem.item_shape.end());
    const Tensor& theta_KP = start_.theta_KP;
    const Tensor probe = features_of(features_, start_, at::zeros(shape, theta_KP.options()));
    statistics_.begin(theta_KP, problem.rows(), problem.outputs(), probe.size(2));
  }

  void prepare_batch(continual::Batch& batch, Run&) override {
    const Model active{start_.network, batch.row(start_.theta_KP)};
    statistics_.add(batch.rows_A, features_of(features_, active, batch.x), batch.label_AB,
                    batch.weight_AB);
  }

  Tensor predict(const Model&, const Query& query) const override {
    return statistics_.linear_discriminant(features_of(features_, start_, query.x()), shrinkage_);
  }

  void state(State& state) override { state("statistics", statistics_); }

 private:
  std::string features_;
  double shrinkage_;
  Model start_;
  ClassStatistics statistics_{/*covariance=*/true};
};

}  // namespace

ASSAY_METHOD(Slda);
