// Anchored preference optimisation, "zero" (D'Oosterlinck et al. 2024, equation 5): for pairs whose
// chosen response is better than what the student would say.
//   L = 1 - sigmoid(beta r_w) + sigmoid(beta r_l)
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class ApoZero final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("apo-zero")
        .summary("Raises the chosen response and lowers the rejected one, each against the start")
        .paper("arXiv:2408.06266")
        // Default of TRL's DPOConfig.
        .parameter(real("beta", 0.1).above(0).per_row().help("how near the start stays"));
  }

  explicit ApoZero(const Parameters& parameters) : beta_K1_(parameters.row("beta")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    return train_preferences(problem, run, {}, [&](const Preferences& pairs) {
      const Tensor beta_A1 = pairs.row(beta_K1_);
      return 1 - (beta_A1 * pairs.chosen.log_ratio()).sigmoid() +
             (beta_A1 * pairs.rejected.log_ratio()).sigmoid();
    });
  }

 private:
  Tensor beta_K1_;
};

}  // namespace

ASSAY_METHOD(ApoZero);
