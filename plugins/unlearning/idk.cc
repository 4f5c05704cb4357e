// "I don't know" (Maini et al. 2024, TOFU, there IdkNLL): r a refusal of the question,
//   L = -gamma mean over forget of log p(r) - alpha mean over retain of log p(y)
#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class Idk final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("idk")
        .summary("Trains on refusals of the forget set's questions, and on the retain set")
        .paper("arXiv:2401.06121")
        .needs("refusals")
        .parameter(real("forget_weight", 1).at_least(0).per_row().help("weight of the refusals"))
        .parameter(
            real("retain_weight", 1).at_least(0).per_row().help("weight of the retain term"));
  }

  explicit Idk(const Parameters& parameters)
      : gamma_K1_(parameters.row("forget_weight")), alpha_K1_(parameters.row("retain_weight")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    Problem refused = problem;
    refused.forget = problem.refusals();
    return edit(refused, run, Reads::both, [&](const Sides& sides) {
      const Tensor refusal_A = -sides.forget.mean(forget_log_likelihood(refused, sides));
      return sides.forget.row(gamma_K1_).squeeze(1) * refusal_A +
             sides.forget.row(alpha_K1_).squeeze(1) * retain_loss(refused, sides);
    });
  }

 private:
  Tensor gamma_K1_, alpha_K1_;
};

}  // namespace

ASSAY_METHOD(Idk);
