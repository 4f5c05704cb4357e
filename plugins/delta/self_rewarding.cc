// The control that needs no teacher (Yuan et al. 2024 without a judge): two responses are drawn
// from the student as it starts, the one that it finds likelier per token is the chosen one, and
// DPO of means over tokens follows:
//   L = -log sigmoid(beta (r_w / |y_w| - r_l / |y_l|))
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class SelfRewarding final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("self-rewarding")
        .summary("DPO on the student's own responses, ranked by their own likelihood")
        .paper("arXiv:2401.10020")
        .parameter(real("beta", 5).above(0).per_row().help("how near the start stays"))
        .parameter(real("temperature", 1).above(0).help("of the responses that are drawn"));
  }

  explicit SelfRewarding(const Parameters& parameters)
      : beta_K1_(parameters.row("beta")), temperature_(parameters.real("temperature")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    delta::Problem own = problem;
    own.pairs = delta::ranked(
        problem.student, draw_pairs(problem, temperature_, run.streams("responses"), run), run);
    return train_preferences(own, run, {}, [&](const Preferences& pairs) {
      const Tensor margin_AB = pairs.chosen.mean_log_ratio() - pairs.rejected.mean_log_ratio();
      return -at::log_sigmoid(pairs.row(beta_K1_) * margin_AB);
    });
  }

 private:
  Tensor beta_K1_;
  double temperature_;
};

}  // namespace

ASSAY_METHOD(SelfRewarding);
