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

  explicit Ncm(const Parameters& parameters)
      : statistics_(parameters.text("features"), /*covariance=*/false) {}

  bool trains_by_gradient() const override { return false; }

  void begin(const Problem& problem, Run&) override { statistics_.begin(problem); }

  void prepare_batch(continual::Batch& batch, Run&) override { statistics_.observe(batch); }

  Tensor predict(const Model&, const Query& query) const override {
    return statistics_.classes().nearest_mean(statistics_.of(query));
  }

  void state(State& state) override { state("statistics", statistics_); }

 private:
  FeatureStatistics statistics_;
};

}  // namespace

ASSAY_METHOD(Ncm);
