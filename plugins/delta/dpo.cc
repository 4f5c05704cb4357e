// Direct preference optimisation (Rafailov et al. 2023, equation 7), r = log pi(y|x) / pi_0(y|x):
//   L = -log sigmoid(beta (r_w - r_l))
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Dpo final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("dpo")
        .summary("Logistic loss of the difference of log-ratios to the start")
        .paper("arXiv:2305.18290")
        // Default of TRL's DPOConfig.
        .parameter(real("beta", 0.1).above(0).per_row().help("how near the start stays"));
  }

  explicit Dpo(const Parameters& parameters) : beta_K1_(parameters.row("beta")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    return train_preferences(problem, run, {}, [&](const Preferences& pairs) {
      const Tensor margin_AB = pairs.chosen.log_ratio() - pairs.rejected.log_ratio();
      return -at::log_sigmoid(pairs.row(beta_K1_) * margin_AB);
    });
  }

 private:
  Tensor beta_K1_;
};

}  // namespace

ASSAY_METHOD(Dpo);
