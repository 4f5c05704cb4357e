// SCRUB (Kurmanji et al. 2023, equation 3), q the original model, T the temperature: in every epoch
//   a pass over forget, in the first max_epochs epochs:  L = -mean of T^2 KL(q || p)
//   a pass over retain:  L = alpha mean of T^2 KL(q || p) - gamma mean of log p(y)
// With rewind (SCRUB+R) each row returns to the checkpoint whose error on the forget set is nearest
// to the last model's on validation items.
#include <assay/unlearning/losses.h>
#include <assay/unlearning/passes.h>
#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class Scrub final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("scrub")
        .summary("Moves away from the original model on the forget set, stays near it elsewhere")
        .paper("arXiv:2302.09880")
        .parameter(real("alpha", 0.5).at_least(0).per_row().help("weight of the divergence"))
        .parameter(real("gamma", 1).at_least(0).per_row().help("weight of the likelihood"))
        .parameter(real("temperature", 2).above(0).help("divides logits in the divergences"))
        .parameter(integer("max_epochs", 3).at_least(0).help("epochs with a pass over forget"))
        .parameter(boolean("rewind", false).help("return to the best checkpoint"));
  }

  explicit Scrub(const Parameters& parameters)
      : alpha_K1_(parameters.row("alpha")),
        gamma_K1_(parameters.row("gamma")),
        temperature_(parameters.real("temperature")),
        max_epochs_(parameters.integer("max_epochs")),
        rewind_(parameters.boolean("rewind")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    const Tensor forget_KNC = reference_logits(problem, problem.forget, run);
    const Tensor retain_KNC = reference_logits(problem, problem.retain, run);
    const auto divergence_A = [&](const Batch& batch, const Tensor& original_KNC) {
      return batch.mean(distillation(problem.likelihood, batch.gather(original_KNC),
                                     batch.logits_KBC, temperature_));
    };
    const auto away = [&](const Batch& batch, const Tensor&, std::int64_t) {
      return -divergence_A(batch, forget_KNC);
    };
    const auto near = [&](const Batch& batch, const Tensor& label_AB, std::int64_t) {
      const Tensor likelihood_A =
          batch.mean(log_likelihood(problem.likelihood, batch.logits_KBC, label_AB));
      return batch.row(alpha_K1_).squeeze(1) * divergence_A(batch, retain_KNC) -
             batch.row(gamma_K1_).squeeze(1) * likelihood_A;
    };
    Rewind rewind(problem, run);
    const Model last = alternate(problem, run,
                                 {{&problem.forget, 0, max_epochs_, away},
                                  {&problem.retain, problem.retain_batch, -1, near}},
                                 {}, [&](const Model& model) {
                                   if (rewind_) rewind.keep(model);
                                 });
    return rewind_ ? rewind.nearest(last) : last;
  }

 private:
  Tensor alpha_K1_, gamma_K1_;
  double temperature_;
  std::int64_t max_epochs_;
  bool rewind_;
};

}  // namespace

ASSAY_METHOD(Scrub);
