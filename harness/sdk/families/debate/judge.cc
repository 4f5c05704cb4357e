#include "sdk/families/debate/judge.h"

#include <ATen/ATen.h>

#include <limits>

namespace assay::debate {
namespace {

class EvidenceJudge final : public Judge {
 public:
  explicit EvidenceJudge(const Evidence& evidence) : evidence_(evidence) {}

  std::int64_t answers() const override { return 2; }

  Tensor logits(const Board& board, const Tensor& place_KGMT) const override {
    const Tensor& value_KGV = board.value_KGV;
    const Tensor known_KGMT = place_KGMT.ge(0).to(value_KGV.scalar_type());
    const Tensor safe_KGMT = place_KGMT.clamp_min(0);
    const Tensor weight_T = turn_weights(place_KGMT.size(3), evidence_.order, value_KGV.options());
    const Tensor value_KGMT =
        value_KGV.gather(2, safe_KGMT.flatten(2)).view(place_KGMT.sizes()) * known_KGMT;
    Tensor sum_KGM = (value_KGMT * weight_T).sum(3);
    if (evidence_.pair_KNVV.defined()) sum_KGM += pairs(board, safe_KGMT, known_KGMT);
    return at::stack({sum_KGM / -2, sum_KGM / 2}, 3);
  }

 private:
  /// sum_{s < t} pair(v_s, v_t), [K, G, M].
  Tensor pairs(const Board& board, const Tensor& safe_KGMT, const Tensor& known_KGMT) const {
    const std::int64_t turns = safe_KGMT.size(3), places = board.value_KGV.size(2);
    const Tensor pair_KGW = evidence_.pair_KNVV.index_select(1, board.item_G).flatten(2);
    Tensor sum_KGM = at::zeros(safe_KGMT.sizes().slice(0, 3), board.value_KGV.options());
    for (std::int64_t last = 1; last < turns; ++last) {
      const Tensor from_KGMS = safe_KGMT.narrow(3, 0, last) * places + safe_KGMT.narrow(3, last, 1);
      const Tensor both_KGMS = known_KGMT.narrow(3, 0, last) * known_KGMT.narrow(3, last, 1);
      const Tensor pair_KGMS = pair_KGW.gather(2, from_KGMS.flatten(2)).view(from_KGMS.sizes());
      sum_KGM += (pair_KGMS * both_KGMS).sum(3);
    }
    return sum_KGM;
  }

  Evidence evidence_;
};

}  // namespace

Tensor turn_weights(std::int64_t turns, double order, const at::TensorOptions& options) {
  const Tensor even_T = at::ones({turns}, options);
  return turns > 1 ? even_T + order * at::linspace(-1, 1, turns, options) : even_T;
}

std::unique_ptr<Judge> evidence_judge(const Evidence& evidence) {
  return std::make_unique<EvidenceJudge>(evidence);
}

Tensor margin_of(const Tensor& logit_KGMC, const Tensor& claim_KG, const Tensor& other_KG) {
  const auto side = [&](const Tensor& answer_KG, const Tensor& against_KG) {
    const std::vector<std::int64_t> index_shape = {logit_KGMC.size(0), logit_KGMC.size(1),
                                                   logit_KGMC.size(2), 1};
    const auto spread = [&](const Tensor& value_KG) {
      return value_KG.clamp_min(0)
          .view({value_KG.size(0), value_KG.size(1), 1, 1})
          .expand(index_shape);
    };
    const Tensor own_KGM = logit_KGMC.gather(3, spread(answer_KG)).squeeze(3);
    const Tensor any_KG = answer_KG.lt(0);
    if (!any_KG.any().item<bool>()) return own_KGM;
    const double least = -std::numeric_limits<double>::infinity();
    const Tensor rest_KGM = logit_KGMC.scatter(3, spread(against_KG), least).amax(3);
    return at::where(any_KG.unsqueeze(2), rest_KGM, own_KGM);
  };
  return side(claim_KG, other_KG) - side(other_KG, claim_KG);
}

}  // namespace assay::debate
