// Early-learning regularization (ELR; Liu et al. 2020, arXiv:2007.00151): a student fits
// what is right before it fits what is wrong, so its own running predictions hold it back:
//   L = CE(p, w) + lambda log(1 - <p, t>),   t <- beta t + (1 - beta) p  at every visit of an item
// t starts at zero and is no part of the gradient. As in the authors' code p is kept off 0 and 1.
#include <assay/weak_to_strong.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class EarlyLearning final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("early-learning")
        .summary("Cross entropy held back by the student's own running predictions (ELR)")
        .paper("arXiv:2007.00151")
        .needs("categorical")
        .parameter(real("lambda", 3).range(0, 100).per_row().help("weight of the regularizer"))
        .parameter(real("beta", 0.7)
                       .range(0, 1)
                       .per_row()
                       .help("share of the running prediction that stays at a visit"));
  }

  explicit EarlyLearning(const Parameters& parameters)
      : lambda_K1_(parameters.row("lambda")), beta_K1_(parameters.row("beta")) {}

  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    Tensor running_KNC = at::zeros_like(problem.weak_KNC);
    return train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
      const Tensor p_KBC = batch.logits_KBC.softmax(2).clamp(1e-4, 1 - 1e-4);
      const Tensor own_KBC = p_KBC.detach() / p_KBC.detach().sum(2, true);
      const Tensor beta_A11 = batch.row(beta_K1_).unsqueeze(2);
      const Tensor target_KBC = beta_A11 * batch.gather(running_KNC) + (1 - beta_A11) * own_KBC;
      const Tensor row_AB = batch.rows_A.unsqueeze(1).expand_as(batch.item_AB);
      const Tensor real_AB = batch.weight_AB.gt(0);  // padding is no visit
      running_KNC.index_put_({row_AB.masked_select(real_AB), batch.item_AB.masked_select(real_AB)},
                             target_KBC.index({real_AB}).to(running_KNC));
      const Tensor held_AB = (1 - (p_KBC * target_KBC).sum(2)).log();
      return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(problem.weak_KNC)) +
                        batch.row(lambda_K1_) * held_AB);
    });
  }

 private:
  Tensor lambda_K1_, beta_K1_;
};

}  // namespace

ASSAY_METHOD(EarlyLearning);
