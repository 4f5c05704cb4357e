// SalUn (Fan et al. 2023): random labels, where the share of the parameters with the largest
// gradients of the forget loss is trained and the rest stays exactly as it was.
#include <assay/unlearning/passes.h>
#include <assay/unlearning/selection.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class SalUn final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("salun")
        .summary("Random labels for the most salient parameters alone")
        .paper("arXiv:2310.12508")
        .needs("classification")
        .parameter(real("share", 0.5).range(0, 1).per_row().help("of the parameters are trained"));
  }

  explicit SalUn(const Parameters& parameters) : share_K1_(parameters.row("share")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    const Tensor mask_KP = saliency_mask(problem, share_K1_, run);
    return relabel(problem, run, only_marked(mask_KP, problem.original.theta_KP));
  }

 private:
  Tensor share_K1_;
};

}  // namespace

ASSAY_METHOD(SalUn);
