// Direct preference optimisation of means over tokens, the loss of delta learning (Geng et al.
// 2025; Lambert et al. 2024, section 5), r = log pi(y|x) / pi_0(y|x):
//   L = -log sigmoid(beta (r_w / |y_w| - r_l / |y_l|))
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class DpoNorm final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("dpo-norm")
        .summary("DPO with log-ratios as means over the tokens of a response")
        .paper("arXiv:2507.06187")
        // Of the released configurations of delta learning: 5 or 10.
        .parameter(real("beta", 5).above(0).per_row().help("how near the start stays"));
  }

  explicit DpoNorm(const Parameters& parameters) : beta_K1_(parameters.row("beta")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    return train_preferences(problem, run, {}, [&](const Preferences& pairs) {
      const Tensor margin_AB = pairs.chosen.mean_log_ratio() - pairs.rejected.mean_log_ratio();
      return -at::log_sigmoid(pairs.row(beta_K1_) * margin_AB);
    });
  }

 private:
  Tensor beta_K1_;
};

}  // namespace

ASSAY_METHOD(DpoNorm);
