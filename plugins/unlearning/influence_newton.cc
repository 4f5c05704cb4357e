// Newton's method on the retained objective from the original model: the influence function's
// answer (Koh and Liang 2017; Guo et al. 2019, equation 2) where one step is made,
//   theta <- theta - scale (H_R + damping)^-1 grad L_R(theta),
// L_R the mean loss over the retain set with the task's ridge penalty. Exact where L_R is
// quadratic. On networks that are not convex the solver stops at negative curvature.
#include <assay/unlearning/curvature.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class InfluenceNewton final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("influence-newton")
        .summary("Newton steps towards the optimum of the retain set")
        .paper("arXiv:1911.03030")
        .needs("curvature")
        .parameter(integer("steps", 1).range(1, 100).help("Newton steps"))
        .parameter(real("scale", 1).range(0, 1).per_row().help("share of each step that is made"))
        .parameter(real("damping", 0).at_least(0).per_row().help("added to the Hessian's diagonal"))
        .parameter(
            integer("products", 0)
                .at_least(0)
                .help("products with the Hessian in a step at most; 0: as many as parameters"));
  }

  explicit InfluenceNewton(const Parameters& parameters)
      : steps_(parameters.integer("steps")),
        products_(parameters.integer("products")),
        scale_K1_(parameters.row("scale")),
        damping_K1_(parameters.row("damping")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    const NewtonSettings settings{
        .damping_K1 = damping_K1_, .scale_K1 = scale_K1_, .most = products_};
    Model model = problem.original;
    for (std::int64_t step = 0; step < steps_; ++step) {
      model = newton_step(problem, model, settings, run);
      run.checkpoint(step + 1, model.theta_KP);
      run.progress(static_cast<double>(step + 1) / static_cast<double>(steps_));
    }
    return model;
  }

 private:
  std::int64_t steps_, products_;
  Tensor scale_K1_, damping_K1_;
};

}  // namespace

ASSAY_METHOD(InfluenceNewton);
