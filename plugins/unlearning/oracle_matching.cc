// Oracle matching (the upper bound beside attribute-to-delete): regression on the mean logits m of
// models retrained without the forget set,
//   L = mean over forget and retain samples together of |z - m|^2 / C
#include <assay/unlearning/terms.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class OracleMatching final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("oracle-matching")
        .summary("Imitates the mean of retrained models: an upper bound, not a method")
        .paper("arXiv:2410.23232")
        .needs("oracles");
  }

  explicit OracleMatching(const Parameters&) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    const Oracles& oracles = problem.oracles();
    return match(problem, run, oracles.forget_KNC, oracles.retain_KNC);
  }
};

}  // namespace

ASSAY_METHOD(OracleMatching);
