// Conservative DPO (Mitchell 2023, "A note on DPO with noisy preferences"), e the share of pairs
// taken to be the wrong way round, D = r_w - r_l:
//   L = -(1 - e) log sigmoid(beta D) - e log sigmoid(-beta D)
#include <assay/delta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using delta::Preferences;

class Cdpo final : public delta::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("cdpo")
        .summary("DPO with smoothed labels, for pairs of which some are the wrong way round")
        .paper("arXiv:2305.18290")
        .parameter(real("beta", 0.1).above(0).per_row().help("how near the start stays"))
        .parameter(real("flipped", 0.1)
                       .range(0, 0.5)
                       .per_row()
                       .help("share of pairs taken to be the wrong way round"));
  }

  explicit Cdpo(const Parameters& parameters)
      : beta_K1_(parameters.row("beta")), flipped_K1_(parameters.row("flipped")) {}

  Model fit(const delta::Problem& problem, Run& run) override {
    return train_preferences(problem, run, {}, [&](const Preferences& pairs) {
      const Tensor flipped_A1 = pairs.row(flipped_K1_);
      const Tensor logit_AB =
          pairs.row(beta_K1_) * (pairs.chosen.log_ratio() - pairs.rejected.log_ratio());
      return -(1 - flipped_A1) * at::log_sigmoid(logit_AB) -
             flipped_A1 * at::log_sigmoid(-logit_AB);
    });
  }

 private:
  Tensor beta_K1_, flipped_K1_;
};

}  // namespace

ASSAY_METHOD(Cdpo);
