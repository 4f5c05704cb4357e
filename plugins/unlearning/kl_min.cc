// KL minimisation (Maini et al. 2024, TOFU), q the original model:
//   L = gamma mean over forget of log p(y) + alpha mean over retain of KL(q || p)
#include <assay/unlearning/losses.h>
#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class KlMin final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("kl-min")
        .summary("Ascent on the forget set; on the retain set outputs stay as they were")
        .paper("arXiv:2401.06121")
        .parameter(real("forget_weight", 1).at_least(0).per_row().help("weight of the forget term"))
        .parameter(
            real("retain_weight", 1).at_least(0).per_row().help("weight of the retain term"));
  }

  explicit KlMin(const Parameters& parameters)
      : gamma_K1_(parameters.row("forget_weight")), alpha_K1_(parameters.row("retain_weight")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    const Tensor original_KNC = reference_logits(problem, problem.retain, run);
    return edit(problem, run, Reads::both, [&](const Sides& sides) {
      const Tensor ascent_A =
          sides.forget.mean(gradient_ascent(forget_log_likelihood(problem, sides)));
      const Tensor kl_A = sides.retain.mean(distillation(
          problem.likelihood, sides.retain.gather(original_KNC), sides.retain.logits_KBC));
      return sides.forget.row(gamma_K1_).squeeze(1) * ascent_A +
             sides.forget.row(alpha_K1_).squeeze(1) * kl_A;
    });
  }

 private:
  Tensor gamma_K1_, alpha_K1_;
};

}  // namespace

ASSAY_METHOD(KlMin);
