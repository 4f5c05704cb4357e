// Naive fine-tuning on the supervisor's soft labels w (Burns et al. 2023, section 4.1):
//   L = CE(p, w)
#include <assay/weak_to_strong.h>

namespace {

using namespace assay;

class Xent final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("xent")
        .summary("Cross entropy with the supervisor's soft labels")
        .paper("arXiv:2312.09390")
        .needs("categorical");
  }

  explicit Xent(const Parameters&) {}

  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    return train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
      return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(problem.weak_KNC)));
    });
  }
};

}  // namespace

ASSAY_METHOD(Xent);
