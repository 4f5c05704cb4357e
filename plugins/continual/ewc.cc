// Elastic weight consolidation (Kirkpatrick et al. 2017, equation 3; online: Schwarz et al. 2018,
// arXiv:1805.06370, equations 8 and 9, as corrected by Huszar 2018):
//   separate  L = L_K + lambda/2 sum_{k<K} sum_i F_ki (theta_i - theta*_ki)^2
//   online    L = L_K + lambda/2 sum_i F_i (theta_i - theta*_i)^2,   F <- gamma F + F_K
// F is the mean over samples of the squared derivatives of log p. With scale = "posterior" it is
// their sum, and the penalty is divided by the present task's number of samples, so that lambda = 1
// is Laplace's approximation of the posterior: summed losses, up to a common factor. prior is the
// precision of a normal prior around the starting parameters, which is the first anchor. Code bases
// do not agree on what lambda multiplies: compare it across papers with care.
#include <assay/common/error.h>
#include <assay/continual/importance.h>
#include <assay/continual/quadratic_penalty.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class Ewc final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("ewc")
        .summary("Pull to earlier parameters, by the diagonal of their Fisher information")
        .paper("arXiv:1612.00796")
        .needs("task_boundaries")
        .parameter(real("lambda", 1000).at_least(0).per_row().help("strength"))
        .parameter(text("mode", "online")
                       .one_of({"online", "separate"})
                       .help("one anchor with accumulated information, or one for each task"))
        .parameter(real("gamma", 1).range(0, 1).per_row().help("online: decay of the information"))
        .parameter(text("estimator", "exact")
                       .one_of({"exact", "sampled", "argmax", "true"})
                       .help("labels that the Fisher information is taken of"))
        .parameter(integer("samples", 0)
                       .at_least(0)
                       .help("samples that it is estimated from; 0: all of the task"))
        .parameter(text("scale", "mean")
                       .one_of({"mean", "posterior"})
                       .help("the information's mean over samples, or its sum in a penalty over "
                             "the task's samples"))
        .parameter(real("prior", 0)
                       .at_least(0)
                       .per_row()
                       .help("precision around the starting parameters, from the first task on"));
  }

  explicit Ewc(const Parameters& parameters)
      : lambda_K1_(parameters.row("lambda")),
        gamma_K1_(parameters.row("gamma")),
        prior_K1_(parameters.row("prior")),
        online_(parameters.text("mode") == "online"),
        posterior_(parameters.text("scale") == "posterior"),
        label_(fisher_label(parameters.text("estimator"))),
        samples_(parameters.integer("samples")) {}

  void begin(const Problem& problem, Run&) override {
    likelihood_ = problem.likelihood;
    if (likelihood_ == Likelihood::gaussian && label_ == FisherLabel::likeliest) {
      throw Error(problem.place +
                  ": the likeliest number is the prediction itself, of which the "
                  "Fisher information is zero: use another estimator than argmax");
    }
    const Tensor& start_KP = problem.start.theta_KP;
    if (prior_K1_.gt(0).any().item<bool>()) {
      penalty_.set(prior_K1_.to(start_KP.options()).expand_as(start_KP), start_KP);
    }
    strength_K1_ = lambda_K1_.to(start_KP.options());
  }

  void begin_task(const Task& task, const Model&, Run&) override {
    if (posterior_) strength_K1_ = lambda_K1_.to(strength_K1_.options()) / count_K1(task);
  }

  void after_backward(const continual::Batch& batch, const Tensor& theta_AP,
                      Tensor& gradient_AP) override {
    penalty_.pull(batch, strength_K1_, theta_AP, gradient_AP);
  }

  void end_task(const Task& task, Model& model, Run& run) override {
    Tensor fisher_KP = task_fisher(model, task, likelihood_, label_, samples_, run);
    if (posterior_) fisher_KP *= count_K1(task);
    // After the first task the prior's anchor and the task's are one: the posterior's mean.
    if (!online_ && task.index > 0) return penalty_.add(fisher_KP, model.theta_KP);
    if (!penalty_.empty()) {
      fisher_KP +=
          (online_ ? gamma_K1_.to(fisher_KP.options()) : at::ones({1, 1}, fisher_KP.options())) *
          penalty_.importance();
    }
    penalty_.set(fisher_KP, model.theta_KP);
  }

  void state(State& state) override {
    state("penalty", penalty_);
    state("strength", strength_K1_);
  }

 private:
  Tensor count_K1(const Task& task) const {
    Tensor count_K1 = at::empty({task.data.rows(), 1}, at::kDouble);
    for (std::int64_t row = 0; row < task.data.rows(); ++row) {
      count_K1[row].fill_(static_cast<double>(task.data.count(row)));
    }
    return count_K1.to(strength_K1_.options());
  }

  Tensor lambda_K1_, gamma_K1_, prior_K1_;
  bool online_, posterior_;
  FisherLabel label_;
  std::int64_t samples_;
  Likelihood likelihood_ = Likelihood::categorical;
  Tensor strength_K1_;  // of the present task
  QuadraticPenalty penalty_;
};

}  // namespace

ASSAY_METHOD(Ewc);
