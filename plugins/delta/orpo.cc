// Odds-ratio preference optimisation (Hong et al. 2024, equation 6), s the mean log-probability of
// a response's tokens and odds = e^s / (1 - e^s):
//   L = -log pi(y_w|x) per token - beta log sigmoid(log odds_w - log odds_l)
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Orpo final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("orpo")
        .summary("Supervised training on the chosen responses, and their odds over the rejected")
        .paper("arXiv:2403.07691")
        // Default of TRL's ORPOConfig.
        .parameter(real("beta", 0.1).at_least(0).per_row().help("weight of the odds ratio"));
  }

  explicit Orpo(const Parameters& parameters) : beta_K1_(parameters.row("beta")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    const delta::Reading reading{.reference = false};
    return train_preferences(problem, run, reading, [&](const Preferences& pairs) {
      const Tensor ratio_AB = log_odds(pairs.chosen) - log_odds(pairs.rejected);
      return pairs.token_loss(pairs.chosen) - pairs.row(beta_K1_) * at::log_sigmoid(ratio_AB);
    });
  }

 private:
  // 1 - e^s is zero for a response that is certain: its logarithm stops short of that.
  static Tensor log_odds(const delta::Response& response) {
    const Tensor s_AB = response.mean_log_probability().clamp_max(-1e-6);
    return s_AB - (-s_AB.expm1()).log();
  }

  Tensor beta_K1_;
};

}  // namespace

ASSAY_METHOD(Orpo);
