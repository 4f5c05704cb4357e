// Contrastive preference optimisation (Xu et al. 2024, equation 5): no reference, and supervised
// training on the chosen responses beside it.
//   L = -log sigmoid(beta (log pi(y_w|x) - log pi(y_l|x))) - alpha log pi(y_w|x) per token
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Cpo final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("cpo")
        .summary("DPO without a reference, and supervised training on the chosen responses")
        .paper("arXiv:2401.08417")
        // Defaults of TRL's CPOConfig.
        .parameter(real("beta", 0.1).above(0).per_row().help("scale of the rewards"))
        .parameter(real("alpha", 1).at_least(0).per_row().help("weight of supervised training"));
  }

  explicit Cpo(const Parameters& parameters)
      : beta_K1_(parameters.row("beta")), alpha_K1_(parameters.row("alpha")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    const delta::Reading reading{.reference = false};
    return train_preferences(problem, run, reading, [&](const Preferences& pairs) {
      const Tensor margin_AB = pairs.chosen.log_probability_AB - pairs.rejected.log_probability_AB;
      return pairs.row(alpha_K1_) * pairs.token_loss(pairs.chosen) -
             at::log_sigmoid(pairs.row(beta_K1_) * margin_AB);
    });
  }

 private:
  Tensor beta_K1_, alpha_K1_;
};

}  // namespace

ASSAY_METHOD(Cpo);
