// The plainest elastic penalty (Hsu et al. 2018, section 3; every parameter matters alike):
//   L = L_task + lambda |theta - theta*|^2,   theta*: the parameters after the task before
#include <assay/continual/quadratic_penalty.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class L2 final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("l2")
        .summary("Squared distance to the parameters after the task before")
        .paper("arXiv:1810.12488")
        .needs("task_boundaries")
        .parameter(real("lambda", 0.1).at_least(0).per_row().help("strength"))
        .parameter(boolean("from_start", false)
                       .help("hold on to the starting parameters in the first task: pretrained "
                             "models"));
  }

  explicit L2(const Parameters& parameters)
      : lambda_K1_(parameters.row("lambda")), from_start_(parameters.boolean("from_start")) {}

  void begin(const Problem& problem, Run&) override {
    if (from_start_) hold(problem.start);
  }

  void after_backward(const continual::Batch& batch, const Tensor& theta_AP,
                      Tensor& gradient_AP) override {
    penalty_.pull(batch, 2 * lambda_K1_, theta_AP, gradient_AP);
  }

  void end_task(const Task&, Model& model, Run&) override { hold(model); }

  void state(State& state) override { state("penalty", penalty_); }

 private:
  void hold(const Model& model) { penalty_.set(at::ones_like(model.theta_KP), model.theta_KP); }

  Tensor lambda_K1_;
  bool from_start_;
  QuadraticPenalty penalty_;
};

}  // namespace

ASSAY_METHOD(L2);
