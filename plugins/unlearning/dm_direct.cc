// Datamodels directly (Georgiev et al. 2024): no model is trained, each answer is what the
// attribution predicts of a model without the forget set,
//   f(x) = z_0(x) - sum over forget of tau_i(x)
#include <assay/unlearning.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class DmDirect final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("dm-direct")
        .summary("Answers with what datamodels predict of a retrained model")
        .paper("arXiv:2410.23232")
        .needs("attribution")
        .needs("predictor");
  }

  explicit DmDirect(const Parameters&) {}

  Answer unlearn(const Problem&, Run&) override {
    return Answer([](const Query& query) { return query.original_KNC - query.attribution_KNC; });
  }
};

}  // namespace

ASSAY_METHOD(DmDirect);
