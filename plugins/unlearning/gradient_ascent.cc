// Gradient ascent on the forget set (Thudi et al. 2021; Jang et al. 2022):
//   L = mean over forget of log p(y)
#include <assay/unlearning/losses.h>
#include <assay/unlearning/terms.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class GradientAscent final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("gradient-ascent")
        .summary("Maximises the loss on the forget set")
        .paper("arXiv:2210.01504");
  }

  explicit GradientAscent(const Parameters&) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    return edit(problem, run, Reads::forget, [&](const Sides& sides) {
      return sides.forget.mean(gradient_ascent(forget_log_likelihood(problem, sides)));
    });
  }
};

}  // namespace

ASSAY_METHOD(GradientAscent);
