// Fine-tuning on the retain set, and forgetting by neglect (Golatkar et al. 2020):
//   L = -mean over retain of log p(y)
#include <assay/unlearning/terms.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class Finetune final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("finetune")
        .summary("Trains on the retain set alone")
        .paper("arXiv:1911.04933");
  }

  explicit Finetune(const Parameters&) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    return edit(problem, run, Reads::retain,
                [&](const Sides& sides) { return retain_loss(problem, sides); });
  }
};

}  // namespace

ASSAY_METHOD(Finetune);
