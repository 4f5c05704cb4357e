// A method that the moved prefix builds; __FILE__ is in it to show that the folder does not matter.
#include <assay/weak_to_strong.h>

namespace {

using namespace assay;

class Outside final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("outside").summary(std::string("Cross entropy, from ") + __FILE__);
  }

  explicit Outside(const Parameters&) {}

  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    return train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
      return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(problem.weak_KNC)));
    });
  }
};

}  // namespace

ASSAY_METHOD(Outside);
