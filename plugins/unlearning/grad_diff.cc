// Gradient difference (Liu et al. 2022; Maini et al. 2024, TOFU):
//   L = gamma mean over forget of log p(y) - alpha mean over retain of log p(y)
#include <assay/unlearning/losses.h>
#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class GradDiff final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("grad-diff")
        .summary("Ascent on the forget set and descent on the retain set in every step")
        .paper("arXiv:2401.06121")
        .parameter(real("forget_weight", 1).at_least(0).per_row().help("weight of the forget term"))
        .parameter(
            real("retain_weight", 1).at_least(0).per_row().help("weight of the retain term"));
  }

  explicit GradDiff(const Parameters& parameters)
      : gamma_K1_(parameters.row("forget_weight")), alpha_K1_(parameters.row("retain_weight")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    return edit(problem, run, Reads::both, [&](const Sides& sides) {
      const Tensor ascent_A =
          sides.forget.mean(gradient_ascent(forget_log_likelihood(problem, sides)));
      return sides.forget.row(gamma_K1_).squeeze(1) * ascent_A +
             sides.forget.row(alpha_K1_).squeeze(1) * retain_loss(problem, sides);
    });
  }

 private:
  Tensor gamma_K1_, alpha_K1_;
};

}  // namespace

ASSAY_METHOD(GradDiff);
