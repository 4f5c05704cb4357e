// Kahneman-Tversky optimisation (Ethayarajh et al. 2024, equation 8), each pair as two examples, z
// the batch's mean log-ratio of unrelated responses, not below zero and without a gradient:
//   L = (w_D (1 - sigmoid(beta (r_w - z))) + w_U (1 - sigmoid(beta (z - r_l)))) / 2
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Kto final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("kto")
        .summary("Value of each response against a reference point, no pairs needed")
        .paper("arXiv:2402.01306")
        // Defaults of TRL's KTOConfig.
        .parameter(real("beta", 0.1).above(0).per_row().help("how near the start stays"))
        .parameter(real("desirable", 1).at_least(0).per_row().help("weight of chosen responses"))
        .parameter(
            real("undesirable", 1).at_least(0).per_row().help("weight of rejected responses"));
  }

  explicit Kto(const Parameters& parameters)
      : beta_K1_(parameters.row("beta")),
        desirable_K1_(parameters.row("desirable")),
        undesirable_K1_(parameters.row("undesirable")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    const delta::Reading reading{.unrelated = true};
    return train_preferences(problem, run, reading, [&](const Preferences& pairs) {
      const Tensor beta_A1 = pairs.row(beta_K1_);
      const Tensor z_A1 = pairs.mean(pairs.unrelated.log_ratio().detach()).clamp_min(0);
      const Tensor chosen_AB = 1 - (beta_A1 * (pairs.chosen.log_ratio() - z_A1)).sigmoid();
      const Tensor rejected_AB = 1 - (beta_A1 * (z_A1 - pairs.rejected.log_ratio())).sigmoid();
      return (pairs.row(desirable_K1_) * chosen_AB + pairs.row(undesirable_K1_) * rejected_AB) / 2;
    });
  }

 private:
  Tensor beta_K1_, desirable_K1_, undesirable_K1_;
};

}  // namespace

ASSAY_METHOD(Kto);
