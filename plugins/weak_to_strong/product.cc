// The product loss (openai/weak-to-strong, loss.py): the target multiplies what the student believes
// with what the supervisor says, normalised and held fixed:
//   L = CE(p, t),   t ~ p^beta w^alpha
#include <assay/weak_to_strong.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class Product final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("product")
        .summary("Cross entropy with the normalised product of own and supervisor's probabilities")
        .paper("arXiv:2312.09390")
        .needs("categorical")
        .parameter(real("alpha", 1).range(0, 10).per_row().help("exponent of the supervisor's"))
        .parameter(real("beta", 1).range(0, 10).per_row().help("exponent of the student's own"));
  }

  explicit Product(const Parameters& parameters)
      : alpha_K1_(parameters.row("alpha")), beta_K1_(parameters.row("beta")) {}

  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    // A supervisor's probability may be exactly zero; its logarithm must not be.
    const Tensor log_weak_KNC = problem.weak_KNC.clamp_min(1e-30).log();
    return train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
      const Tensor alpha_A11 = batch.row(alpha_K1_).unsqueeze(2);
      const Tensor beta_A11 = batch.row(beta_K1_).unsqueeze(2);
      const Tensor own_KBC = batch.logits_KBC.detach().log_softmax(2);
      const Tensor target_KBC =
          (beta_A11 * own_KBC + alpha_A11 * batch.gather(log_weak_KNC)).softmax(2);
      return batch.mean(cross_entropy(batch.logits_KBC, target_KBC));
    });
  }

 private:
  Tensor alpha_K1_, beta_K1_;
};

}  // namespace

ASSAY_METHOD(Product);
