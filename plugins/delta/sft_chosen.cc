// Supervised training on the chosen responses, the control: the mean over the batch's tokens of
//   L = -log pi(y_w | x)
#include <assay/delta.h>

namespace {

using namespace assay;
using delta::Preferences;

class SftChosen final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("sft-chosen").summary("Supervised training on the chosen responses");
  }

  explicit SftChosen(const Parameters&) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    const delta::Reading reading{.rejected = false, .reference = false};
    return train_preferences(problem, run, reading, [](const Preferences& pairs) {
      return pairs.token_loss(pairs.chosen);
    });
  }
};

}  // namespace

ASSAY_METHOD(SftChosen);
