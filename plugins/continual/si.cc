// Synaptic intelligence (Zenke et al. 2017, equations 4 and 5):
//   w_i -= g_i * d theta_i at each step,   Omega_i += w_i / ((theta_i - theta*_i)^2 + xi) after a
//   task L = L_task + c sum_i Omega_i (theta_i - theta*_i)^2
#include <assay/continual/importance.h>
#include <assay/continual/quadratic_penalty.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class Si final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("si")
        .summary("Pull to earlier parameters, by how much each one's way has lowered the loss")
        .paper("arXiv:1703.04200")
        .needs("task_boundaries")
        .parameter(real("c", 0.1).at_least(0).per_row().help("strength"))
        .parameter(real("xi", 0.1).above(0).help("damping of the quotient"));
  }

  explicit Si(const Parameters& parameters)
      : c_K1_(parameters.row("c")), xi_(parameters.real("xi")) {}

  void begin_task(const Task&, const Model& model, Run&) override { path_.begin(model.theta_KP); }

  void after_backward(const continual::Batch& batch, const Tensor& theta_AP,
                      Tensor& gradient_AP) override {
    path_.before_step(theta_AP, gradient_AP);  // the task's own gradient, without the pull
    penalty_.pull(batch, 2 * c_K1_, theta_AP, gradient_AP);
  }

  void after_step(const continual::Batch& batch, Tensor& theta_AP) override {
    path_.after_step(batch, theta_AP);
  }

  void end_task(const Task&, Model& model, Run&) override {
    Tensor importance_KP = path_.importance(model.theta_KP, xi_);
    if (!penalty_.empty()) importance_KP += penalty_.importance();
    penalty_.set(importance_KP, model.theta_KP);
  }

  void state(State& state) override {
    state("path", path_);
    state("penalty", penalty_);
  }

 private:
  Tensor c_K1_;
  double xi_;
  PathIntegral path_;
  QuadraticPenalty penalty_;
};

}  // namespace

ASSAY_METHOD(Si);
