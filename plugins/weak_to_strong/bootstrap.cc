// Bootstrapping (Burns et al. 2023, section 4.3.1): M_1 -> M_2 -> ... -> the student, each trained
// on the labels of the one before. The sizes between are the benchmark's ladder, whose rungs have
// been trained by plain imitation:
//   L = CE(p, q),   q: what the largest rung says
#include <assay/weak_to_strong.h>

namespace {

using namespace assay;

class Bootstrap final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("bootstrap")
        .summary("Cross entropy with the labels that came up a ladder of sizes")
        .paper("arXiv:2312.09390")
        .needs("ladder");
  }

  explicit Bootstrap(const Parameters&) {}

  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    return train(problem.student, problem.transfer, problem.recipe, run,
                 weak_to_strong::imitate(problem.likelihood, problem.ladder.back().label_KNC));
  }
};

}  // namespace

ASSAY_METHOD(Bootstrap);
