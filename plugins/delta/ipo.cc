// Identity preference optimisation (Azar et al. 2023, equation 17), with means over tokens as TRL
// has it: sums let the target depend on the lengths.
//   L = (r_w / |y_w| - r_l / |y_l| - 1 / (2 beta))^2
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Ipo final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("ipo")
        .summary("Squared distance of the margin from a target of 1 / (2 beta)")
        .paper("arXiv:2310.12036")
        // Default of TRL's DPOConfig.
        .parameter(real("beta", 0.1).above(0).per_row().help("half the inverse of the target"));
  }

  explicit Ipo(const Parameters& parameters) : beta_K1_(parameters.row("beta")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    return train_preferences(problem, run, {}, [&](const Preferences& pairs) {
      const Tensor margin_AB = pairs.chosen.mean_log_ratio() - pairs.rejected.mean_log_ratio();
      return (margin_AB - 0.5 / pairs.row(beta_K1_)).square();
    });
  }

 private:
  Tensor beta_K1_;
};

}  // namespace

ASSAY_METHOD(Ipo);
