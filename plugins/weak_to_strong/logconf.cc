// The auxiliary confidence loss (Burns et al. 2023, section 4.3 and appendix A.4):
//   L = CE(p, (1 - c) w + c h),   c = alpha * min(1, f / warmup)
// w: the supervisor's soft labels, h: the student's own hard labels, balanced so that the batch's
// class shares are the supervisor's; f: share of the training that is done. The published code
// jumps from c = 0.1 alpha to alpha after a tenth of the training; this ramp does not.
#include <assay/weak_to_strong.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class LogConf final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("logconf")
        .summary("Cross entropy with the supervisor's labels mixed with the student's own hard ones")
        .paper("arXiv:2312.09390")
        .needs("categorical")
        .parameter(real("alpha", 0.5).range(0, 1).per_row().help("final weight of the own labels"))
        .parameter(real("warmup", 0.2).range(0, 1).per_row().help(
            "share of the training over which that weight rises from zero"));
  }

  explicit LogConf(const Parameters& parameters)
      : alpha_K1_(parameters.row("alpha")), warmup_K1_(parameters.row("warmup")) {}

  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    return train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
      const Tensor weak_KBC = batch.gather(problem.weak_KNC);
      const Tensor own_KBC = weak_to_strong::balanced_hard_target(
          batch.logits_KBC.detach().softmax(2), weak_KBC, batch.weight_AB);
      // The small number makes a warm-up of zero a ramp that is over at the first step.
      const Tensor ramp_A1 =
          ((batch.progress_A1 + 1e-9) / (batch.row(warmup_K1_) + 1e-9)).clamp_max(1);
      const Tensor c_A11 = (batch.row(alpha_K1_) * ramp_A1).unsqueeze(2);
      return batch.mean(
          cross_entropy(batch.logits_KBC, (1 - c_A11) * weak_KBC + c_A11 * own_KBC));
    });
  }

 private:
  Tensor alpha_K1_, warmup_K1_;
};

}  // namespace

ASSAY_METHOD(LogConf);
