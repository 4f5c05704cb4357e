// Robust DPO (Ray Chowdhury et al. 2024, equation 12): unbiased when a share e of the pairs is the
// wrong way round, D = r_w - r_l:
//   L = (-(1 - e) log sigmoid(beta D) + e log sigmoid(-beta D)) / (1 - 2 e)
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Rdpo final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("rdpo")
        .summary("DPO made unbiased for pairs of which a known share is the wrong way round")
        .paper("arXiv:2403.00409")
        // As in the paper's experiments.
        .parameter(real("beta", 0.1).above(0).per_row().help("how near the start stays"))
        .parameter(real("flipped", 0.1)
                       .range(0, 0.49)
                       .per_row()
                       .help("share of pairs that are the wrong way round"));
  }

  explicit Rdpo(const Parameters& parameters)
      : beta_K1_(parameters.row("beta")), flipped_K1_(parameters.row("flipped")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    return train_preferences(problem, run, {}, [&](const Preferences& pairs) {
      const Tensor flipped_A1 = pairs.row(flipped_K1_);
      const Tensor logit_AB =
          pairs.row(beta_K1_) * (pairs.chosen.log_ratio() - pairs.rejected.log_ratio());
      return (flipped_A1 * at::log_sigmoid(-logit_AB) -
              (1 - flipped_A1) * at::log_sigmoid(logit_AB)) /
             (1 - 2 * flipped_A1);
    });
  }

 private:
  Tensor beta_K1_, flipped_K1_;
};

}  // namespace

ASSAY_METHOD(Rdpo);
