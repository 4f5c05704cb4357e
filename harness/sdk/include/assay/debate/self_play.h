// Learning to debate by playing against oneself: policy gradients (Williams 1992, REINFORCE).
//
// Suffixes: A active rows of the cohort, S moves of a step's games, both sides' and all turns'.
#pragma once

#include <assay/debate.h>
#include <assay/train.h>

#include <cstdint>
#include <functional>

namespace assay::debate {

/// log pi(place), the log softmax of a network's logits [A, S, V] over places that may be named
/// (bool); of others about -1e9, so that their chance is zero.
Tensor log_policy(const Tensor& logits_ASV, const Tensor& legal_ASV);

/// A place drawn by a policy, int64 [K, G], from one number of turn.uniform() for each game.
Tensor drawn_place(const Turn& turn, const Tensor& log_policy_KGV, const Streams& streams);

/// What each of M tries got beyond the mean of the others: r_m - mean_{m' != m} r_m', [K, M, Q].
Tensor less_others(const Tensor& reward_KMQ);

/// -advantage log pi(place), [A, S]: its gradient is an estimate of minus that of the expected
/// reward. The advantage is a number and no function of the parameters.
Tensor reinforce_loss(const Tensor& log_policy_ASV, const Tensor& place_AS,
                      const Tensor& advantage_AS);

/// -sum_v pi(v) log pi(v), [A, S].
Tensor entropy(const Tensor& log_policy_ASV);

/// The moves that a step learns from.
struct Tries {
  Tensor legal_ASV;  ///< places that could be named, bool
  Tensor place_AS;   ///< the one that was, int64
  Tensor
      advantage_AS;  ///< what the mover's side got of less_others(): 1 for a win, -1, 0 for a tie
};

struct SelfPlay {
  std::int64_t tries = 4;  ///< games of each question in a step, at least 2
  Recipe recipe;           ///< steps and batch are the practice's
  /// What the network reads of a turn, [K, G, F].
  std::function<Tensor(const Turn& turn)> features;
  /// One loss for each active row, [A], of the batch's logits [A, S, V].
  std::function<Tensor(const Batch& batch, const Tries& tries)> loss;
};

/// Trains a network of F features and V logits as the practice allows: in every step the rows play
/// games/tries questions, each `tries` times, moves drawn from their policies as they are, and
/// learn from them once. Throws Error where a step's games are fewer than the tries, or tries
/// below 2.
Model train_by_self_play(const Model& start, const Practice& practice, const SelfPlay& how,
                         Run& run);

}  // namespace assay::debate
