// Datamodel matching (Georgiev et al. 2024, attribute-to-delete): regression on what the
// attribution predicts of a model without the forget set, f(x) = z_0(x) - sum over forget of
// tau_i(x),
//   L = mean over forget and retain samples together of |z - f|^2 / C
#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class Dmm final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("dmm")
        .summary("Imitates what datamodels predict of a retrained model")
        .paper("arXiv:2410.23232")
        .needs("attribution");
  }

  explicit Dmm(const Parameters&) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    const Attribution& owed = problem.attribution();
    return match(problem, run, reference_logits(problem, problem.forget, run) - owed.forget_KNC,
                 reference_logits(problem, problem.retain, run) - owed.retain_KNC);
  }
};

}  // namespace

ASSAY_METHOD(Dmm);
