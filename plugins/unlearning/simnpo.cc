// NPO without a reference (Fan et al. 2024):
//   L = -gamma mean over forget of 2/beta log sigma(beta (-log p(y) / |y| - delta))
//       - alpha mean over retain of log p(y)
// |y|: tokens of the answer; a label is an answer of length 1.
#include <assay/unlearning/losses.h>
#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class SimNpo final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("simnpo")
        .summary("NPO with a fixed margin in place of the original model")
        .paper("arXiv:2410.07163")
        .parameter(real("beta", 4.5).above(0).per_row().help("how soon the ascent slows down"))
        .parameter(real("delta", 0).at_least(0).per_row().help("loss from which on it does"))
        .parameter(
            real("forget_weight", 0.125).at_least(0).per_row().help("weight of the forget term"))
        .parameter(
            real("retain_weight", 1).at_least(0).per_row().help("weight of the retain term"));
  }

  explicit SimNpo(const Parameters& parameters)
      : beta_K1_(parameters.row("beta")),
        delta_K1_(parameters.row("delta")),
        gamma_K1_(parameters.row("forget_weight")),
        alpha_K1_(parameters.row("retain_weight")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    return edit(problem, run, Reads::both, [&](const Sides& sides) {
      const Batch& forget = sides.forget;
      const Tensor forget_A =
          forget.mean(simnpo(forget_log_likelihood(problem, sides), forget_lengths(problem, sides),
                             forget.row(beta_K1_), forget.row(delta_K1_)));
      return forget.row(gamma_K1_).squeeze(1) * forget_A +
             forget.row(alpha_K1_).squeeze(1) * retain_loss(problem, sides);
    });
  }

 private:
  Tensor beta_K1_, delta_K1_, gamma_K1_, alpha_K1_;
};

}  // namespace

ASSAY_METHOD(SimNpo);
