// Random labels (Golatkar et al. 2020; the baseline RL of Fan et al. 2023): in every epoch a pass
// over the forget set with labels u drawn anew from all classes, and a pass over the retain set,
//   L_F = -mean of log p(u),   L_R = -mean of log p(y)
#include <assay/unlearning/passes.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class RandomLabels final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("random-labels")
        .summary("Trains on random labels of the forget set, and on the retain set")
        .paper("arXiv:1911.04933")
        .needs("classification");
  }

  explicit RandomLabels(const Parameters&) {}

  Answer unlearn(const Problem& problem, Run& run) override { return relabel(problem, run); }
};

}  // namespace

ASSAY_METHOD(RandomLabels);
