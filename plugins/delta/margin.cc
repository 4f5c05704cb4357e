// The mean difference of log-ratios itself, without a bound: the objective of the linear theory.
//   L = -beta (r_w - r_l)
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Margin final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("margin")
        .summary("The difference of log-ratios itself, without a bound")
        .paper("arXiv:2507.06187")
        .parameter(real("beta", 1).above(0).per_row().help("weight of the difference"));
  }

  explicit Margin(const Parameters& parameters) : beta_K1_(parameters.row("beta")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    return train_preferences(problem, run, {}, [&](const Preferences& pairs) {
      return -pairs.row(beta_K1_) * (pairs.chosen.log_ratio() - pairs.rejected.log_ratio());
    });
  }

 private:
  Tensor beta_K1_;
};

}  // namespace

ASSAY_METHOD(Margin);
