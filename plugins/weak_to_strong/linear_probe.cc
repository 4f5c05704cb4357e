// A linear probe: the student's body stays as it is, and its output layer alone learns the
// supervisor's answers w from the features f (as in the vision experiments of Burns et al. 2023).
//   closed:   min over W, b of  mean |f W + b - w|^2 + ridge |W|^2   in closed form
//   trained:  L = CE(p, w), of regression tasks the squared error, by the benchmark's recipe
// The closed form of classes regresses on probabilities: which class is likeliest means something,
// how likely its softmax says it is does not.
#include <assay/weak_to_strong.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class LinearProbe final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("linear-probe")
        .summary("The output layer alone, on features that stay as they are")
        .paper("arXiv:2312.09390")
        .parameter(text("solver", "closed")
                       .one_of({"closed", "trained"})
                       .help("ridge regression in closed form, or training by the recipe"))
        .parameter(
            real("ridge", 1e-4).range(0, 1e6).per_row().help("weight decay of the closed form"))
        .parameter(boolean("intercept", true).help("whether the closed form fits a bias"));
  }

  explicit LinearProbe(const Parameters& parameters)
      : trained_(parameters.text("solver") == "trained"),
        how_{parameters.row("ridge"), parameters.boolean("intercept")} {}

  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    const Model& student = problem.student;
    if (!trained_) {
      return least_squares_head(student, problem.transfer, problem.weak_KNC, how_, &run);
    }
    const Dataset features = Dataset::own(predict_features(student, problem.transfer, &run));
    Model head;
    head.network =
        make_network({.arch = "mlp", .depth = 0}, features.item_shape(), problem.classes());
    head.theta_KP =
        at::zeros({student.rows(), head.network->layout().size()}, student.theta_KP.options());
    copy_slices(student, head);
    head = train(head, features, problem.recipe, run,
                 weak_to_strong::imitate(problem.likelihood, problem.weak_KNC));
    Model answer{student.network, student.theta_KP.clone()};
    copy_slices(head, answer);
    return answer;
  }

 private:
  bool trained_;
  LeastSquares how_;
};

}  // namespace

ASSAY_METHOD(LinearProbe);
