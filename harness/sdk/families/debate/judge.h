// Judges: what they say of positions. They never see evidence that was not revealed.
#pragma once

#include <assay/network.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace assay::debate {

/// G games of every row, as a judge is asked about them.
struct Board {
  Tensor item_G;     ///< which question each is about, int64
  Tensor value_KGV;  ///< its evidence; a judge reads what is revealed of it
};

class Judge {
 public:
  virtual ~Judge() = default;
  virtual std::int64_t answers() const = 0;
  /// Logits [K, G, M, C] of positions: places in the order of turns, int64 [K, G, M, T], none of
  /// them twice, -1 where nothing was revealed. Floats of the evidence's type.
  virtual Tensor logits(const Board& board, const Tensor& place_KGMT) const = 0;
};

/// How much the reveal of each of T turns weighs, [T]: w_t = 1 + order (2 t / (T - 1) - 1). `order`
/// is how much more the last one weighs than the first, as a share of both.
Tensor turn_weights(std::int64_t turns, double order, const at::TensorOptions& options);

/// How the evidence of two answers adds up.
struct Evidence {
  Tensor pair_KNVV;  ///< what two places say together beyond each alone, symmetric; or undefined
  double order = 0;  ///< of turn_weights()
};

/// The logistic judge of two answers, in closed form. With w of turn_weights(),
///   logit of answer 1 over answer 0 = sum_t w_t e(v_t) + sum_{s < t} pair(v_s, v_t):
/// the sum of log-likelihood ratios of independent evidence where order is 0 and there are no
/// pairs. The logits of the answers are minus and plus half of it.
std::unique_ptr<Judge> evidence_judge(const Evidence& evidence);

/// A network that reads two planes of places, `input` [2, H, W]: which are revealed, and what is
/// there, times turn_weights(). (It learned without regard to an order: a bias is of how it is
/// asked.)
std::unique_ptr<Judge> plain_network_judge(const Model& model, std::vector<std::int64_t> input,
                                           double order = 0);
/// The same of an mlp, which adds up its first layer from the revealed places alone.
std::unique_ptr<Judge> sparse_judge(const Model& model, double order = 0);

/// The logit of `claim_KG` minus that of `other_KG`, [K, G, M]. Of -1 for one of the two it is the
/// largest of all answers but the other one.
Tensor margin_of(const Tensor& logit_KGMC, const Tensor& claim_KG, const Tensor& other_KG);

}  // namespace assay::debate
