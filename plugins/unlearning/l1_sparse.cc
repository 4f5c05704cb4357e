// l1-sparse unlearning (Jia et al. 2023, equation 4): fine-tuning that prunes,
//   L = -mean over retain of log p(y) + alpha_t |theta|_1,   alpha_t = alpha (1 - t/T)
#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class L1Sparse final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("l1-sparse")
        .summary("Trains on the retain set with an l1 penalty that fades out")
        .paper("arXiv:2304.04934")
        .parameter(real("alpha", 5e-4).at_least(0).per_row().help("weight of |theta|_1 at first"));
  }

  explicit L1Sparse(const Parameters& parameters) : alpha_K1_(parameters.row("alpha")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    Hooks hooks;
    hooks.after_backward = [&](const Batch& batch, const Tensor& theta_AP, Tensor& gradient_AP) {
      gradient_AP += batch.row(alpha_K1_) * (1 - batch.progress_A1) * theta_AP.sign();
    };
    return edit(
        problem, run, Reads::retain,
        [&](const Sides& sides) { return retain_loss(problem, sides); }, hooks);
  }

 private:
  Tensor alpha_K1_;
};

}  // namespace

ASSAY_METHOD(L1Sparse);
