// Selective synaptic dampening (Foster et al. 2023, equations 4 to 6), I the diagonal of the
// empirical Fisher information over the forget set F and over all that the model was trained on, D:
//   where I_F > alpha I_D:  theta <- min(lambda I_D / I_F, 1) theta
// Squares are of single samples' gradients; the published code squares those of batches.
#include <assay/unlearning/selection.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class Ssd final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("ssd")
        .summary("Shrinks the parameters that matter more to the forget set than to the rest")
        .paper("arXiv:2308.07707")
        .parameter(real("alpha", 10).at_least(0).per_row().help("how much more they must matter"))
        .parameter(real("lambda", 1).at_least(0).per_row().help("what is left of them"));
  }

  explicit Ssd(const Parameters& parameters)
      : alpha_K1_(parameters.row("alpha")), lambda_K1_(parameters.row("lambda")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    const auto of = [&](const Part& part) {
      return importance(problem.original, part, problem.likelihood, run);
    };
    const Tensor forget_KP = of(problem.forget), retain_KP = of(problem.retain);
    const Tensor share_K1 = forget_share(problem).to(forget_KP.options());
    const Tensor all_KP = share_K1 * forget_KP + (1 - share_K1) * retain_KP;
    const Tensor factor_KP = (lambda_K1_ * all_KP / forget_KP).clamp_max(1);
    const Tensor& theta_KP = problem.original.theta_KP;
    return Model{problem.original.network,
                 at::where(forget_KP.gt(alpha_K1_ * all_KP), theta_KP * factor_KP, theta_KP)
                     .to(theta_KP.scalar_type())};
  }

 private:
  Tensor alpha_K1_, lambda_K1_;
};

}  // namespace

ASSAY_METHOD(Ssd);
