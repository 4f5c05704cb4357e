// Supervised training on the rejected responses: the mean over the batch's tokens of
//   L = -log pi(y_l | x)
#include <assay/delta.h>

namespace {

using namespace assay;
using delta::Preferences;

class SftRejected final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("sft-rejected").summary("Supervised training on the rejected responses");
  }

  explicit SftRejected(const Parameters&) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    const delta::Reading reading{.chosen = false, .reference = false};
    return train_preferences(problem, run, reading, [](const Preferences& pairs) {
      return pairs.token_loss(pairs.rejected);
    });
  }
};

}  // namespace

ASSAY_METHOD(SftRejected);
