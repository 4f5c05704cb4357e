// Nearest class mean (Mensink et al. 2013; in streams Rebuffi et al. 2017): no training, an item
// belongs to the class whose mean is nearest.
#include <assay/continual/class_statistics.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class Ncm final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("ncm")
        .summary("The class whose running mean is nearest")
        .paper("arXiv:1611.07725")
        .needs("categorical")
        .parameter(text("features", "pixels")
                       .one_of({"pixels", "network"})
                       .help("means of the inputs, or of the starting network's features"));
  }

  explicit Ncm(const Parameters& parameters) : features_(parameters.text("features")) {}

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
    return statistics_.nearest_mean(features_of(features_, start_, query.x()));
  }

  void state(State& state) override { state("statistics", statistics_); }

 private:
  std::string features_;
  Model start_;
  ClassStatistics statistics_{/*covariance=*/false};
};

}  // namespace

ASSAY_METHOD(Ncm);
