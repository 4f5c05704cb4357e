// Hinge loss of the difference of log-ratios (Zhao et al. 2023; Liu et al. 2023, equation 12):
//   L = max(0, 1 - beta (r_w - r_l))
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Hinge final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("hinge")
        .summary("Hinge loss of the difference of log-ratios to the start")
        .paper("arXiv:2305.10425")
        // Default of TRL's DPOConfig; the margin that is asked for is 1 / beta.
        .parameter(real("beta", 0.1).above(0).per_row().help("inverse of the margin asked for"));
  }

  explicit Hinge(const Parameters& parameters) : beta_K1_(parameters.row("beta")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    return train_preferences(problem, run, {}, [&](const Preferences& pairs) {
      const Tensor margin_AB = pairs.chosen.log_ratio() - pairs.rejected.log_ratio();
      return (1 - pairs.row(beta_K1_) * margin_AB).relu();
    });
  }

 private:
  Tensor beta_K1_;
};

}  // namespace

ASSAY_METHOD(Hinge);
