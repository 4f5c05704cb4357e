// Memory aware synapses (Aljundi et al. 2018, equations 2 to 4):
//   Omega_i += E_x |d ||f(x)||^2 / d theta_i| after a task, without labels
//   L = L_task + lambda sum_i Omega_i (theta_i - theta*_i)^2
#include <assay/continual/importance.h>
#include <assay/continual/quadratic_penalty.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class Mas final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("mas")
        .summary("Pull to earlier parameters, by how much the outputs depend on each")
        .paper("arXiv:1711.09601")
        .needs("task_boundaries")
        .parameter(real("lambda", 1).at_least(0).per_row().help("strength"));
  }

  explicit Mas(const Parameters& parameters) : lambda_K1_(parameters.row("lambda")) {}

  void after_backward(const continual::Batch& batch, const Tensor& theta_AP,
                      Tensor& gradient_AP) override {
    penalty_.pull(batch, 2 * lambda_K1_, theta_AP, gradient_AP);
  }

  void end_task(const Task& task, Model& model, Run& run) override {
    Tensor importance_KP = output_sensitivity(model, task.data, task.outputs_C, run);
    if (!penalty_.empty()) importance_KP += penalty_.importance();
    penalty_.set(importance_KP, model.theta_KP);
  }

  void state(State& state) override { state("penalty", penalty_); }

 private:
  Tensor lambda_K1_;
  QuadraticPenalty penalty_;
};

}  // namespace

ASSAY_METHOD(Mas);
