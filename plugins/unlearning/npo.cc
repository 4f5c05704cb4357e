// Negative preference optimisation (Zhang et al. 2024, equation 3 and section 3.3), q the original
// model, alpha the retain_weight (0: forget items alone are read):
//   L = mean over forget of 2/beta log(1 + (p(y)/q(y))^beta) - alpha mean over retain of log p(y)
#include <assay/unlearning/losses.h>
#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class Npo final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("npo")
        .summary("Gradient ascent that slows down where the model has forgotten")
        .paper("arXiv:2404.05868")
        .parameter(real("beta", 0.1).above(0).per_row().help("how soon the ascent slows down"))
        .parameter(real("retain_weight", 1)
                       .at_least(0)
                       .help("weight of the likelihood of the retain set; 0: it is not read"));
  }

  explicit Npo(const Parameters& parameters)
      : beta_K1_(parameters.row("beta")), retain_weight_(parameters.real("retain_weight")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    const Tensor original_KN = reference_log_likelihood(problem, problem.forget, run);
    const bool retains = retain_weight_ > 0;
    return edit(problem, run, retains ? Reads::both : Reads::forget, [&](const Sides& sides) {
      const Tensor loss_A =
          sides.forget.mean(npo(forget_log_likelihood(problem, sides),
                                sides.forget.gather(original_KN), sides.forget.row(beta_K1_)));
      return retains ? loss_A + retain_weight_ * retain_loss(problem, sides) : loss_A;
    });
  }

 private:
  Tensor beta_K1_;
  double retain_weight_;
};

}  // namespace

ASSAY_METHOD(Npo);
