// Simple preference optimisation (Meng et al. 2024, equation 6): no reference, means over tokens.
//   L = -log sigmoid(beta (log pi(y_w|x) / |y_w| - log pi(y_l|x) / |y_l|) - gamma)
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Simpo final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("simpo")
        .summary("Difference of mean log-probabilities with a margin, without a reference")
        .paper("arXiv:2405.14734")
        // Of the paper's Llama-3 set-ups: beta 2.5, gamma / beta .55.
        .parameter(real("beta", 2.5).above(0).per_row().help("scale of the rewards"))
        .parameter(real("gamma", 1.375).at_least(0).per_row().help("margin that is asked for"));
  }

  explicit Simpo(const Parameters& parameters)
      : beta_K1_(parameters.row("beta")), gamma_K1_(parameters.row("gamma")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    const delta::Reading reading{.reference = false};
    return train_preferences(problem, run, reading, [&](const Preferences& pairs) {
      const Tensor margin_AB =
          pairs.chosen.mean_log_probability() - pairs.rejected.mean_log_probability();
      return -at::log_sigmoid(pairs.row(beta_K1_) * margin_AB - pairs.row(gamma_K1_));
    });
  }

 private:
  Tensor beta_K1_, gamma_K1_;
};

}  // namespace

ASSAY_METHOD(Simpo);
