// Training on the items that the supervisor is surest of: those with the largest max_c w_c, a share
// of all or those above a threshold. Sure is not right: what is left may be the easy items and the
// classes that the supervisor prefers.
//   L = CE(p, w)  over the items kept
#include <assay/weak_to_strong.h>

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace {

using namespace assay;

class ConfidenceFilter final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("confidence-filter")
        .summary("Cross entropy on the items that the supervisor is surest of")
        .needs("categorical")
        .parameter(
            real("share", 0.5).above(0).range(0, 1).per_row().help("share of the items kept"))
        .parameter(real("threshold", 0)
                       .range(0, 1)
                       .per_row()
                       .help("keeps the items whose largest probability is above it, in place of "
                             "the share, but never "
                             "less than a batch; 0: the share"));
  }

  explicit ConfidenceFilter(const Parameters& parameters)
      : share_K1_(parameters.row("share")), threshold_K1_(parameters.row("threshold")) {}

  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    const std::int64_t items = problem.weak_KNC.size(1);
    const auto [sure_KN, order_KN] = problem.weak_KNC.amax(2).sort(/*stable=*/true, 1, true);
    const Tensor above_K1 =
        sure_KN.gt(threshold_K1_).sum(1, true).clamp_min(std::min(problem.recipe.batch, items));
    const Tensor share_K1 = (share_K1_ * static_cast<double>(items)).round().clamp_min(1);
    const Tensor kept_K1 = at::where(threshold_K1_.gt(0), above_K1.to(share_K1), share_K1);
    const Tensor place_N = at::arange(items, sure_KN.options());
    const Tensor kept_KN = order_KN.masked_fill(place_N.ge(kept_K1), -1);

    const Tensor target_KNC =
        problem.weak_KNC.gather(1, order_KN.unsqueeze(2).expand({-1, -1, problem.classes()}));
    return train(problem.student, problem.transfer.select_items(kept_KN), problem.recipe, run,
                 weak_to_strong::imitate(problem.likelihood, target_KNC));
  }

 private:
  Tensor share_K1_, threshold_K1_;
};

}  // namespace

ASSAY_METHOD(ConfidenceFilter);
