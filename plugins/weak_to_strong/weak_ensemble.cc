// An ensemble of weak supervisors (the fine-tuning ensemble of Lang, Huang and Li 2025,
// arXiv:2501.13124): all learned from the same labels, from other initial values.
//   L = CE(p, mean_e w_e)
// They are of the row's own seed. Supervisors of other seeds learned from other labels, some of
// them labels of this seed's transfer items: averaging those would leak them.
#include <assay/weak_to_strong.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class WeakEnsemble final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("weak-ensemble")
        .summary("Cross entropy with the mean labels of several supervisors")
        .paper("arXiv:2501.13124")
        .needs("ensemble");
  }

  explicit WeakEnsemble(const Parameters&) {}

  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    return train(problem.student, problem.transfer, problem.recipe, run,
                 weak_to_strong::imitate(problem.likelihood, problem.ensemble_KENC.mean(1)));
  }
};

}  // namespace

ASSAY_METHOD(WeakEnsemble);
