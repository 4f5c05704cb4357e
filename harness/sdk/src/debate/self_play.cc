#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <assay/common/error.h>
#include <assay/debate/self_play.h>

#include <string>
#include <vector>

namespace assay::debate {
namespace {

constexpr double impossible = -1e9;
/// Steps of what is recorded as an epoch.
constexpr std::int64_t epoch_steps = 20;

/// Plays the games of each step, and keeps what was done in them.
class Games {
 public:
  Games(const Model& start, const Practice& practice, const SelfPlay& how, Run& run)
      : practice_(practice),
        how_(how),
        network_(start.network),
        theta_KP_(start.theta_KP.clone()),
        questions_(practice.games / how.tries),
        streams_(run.seeds(), "assay.debate.self_play") {}

  void play(std::int64_t step) {
    moves_.clear();
    const Tensor item_Q = at::arange(step * questions_, (step + 1) * questions_, at::kLong)
                              .remainder(practice_.questions);
    const Tensor margin_KG =
        practice_.play(item_Q.repeat({how_.tries}), [&](const Turn& turn) { return move(turn); });
    // Of what is not a number the sign is 0: its row has to fail.
    const Tensor reward_KG = at::where(margin_KG.isnan(), margin_KG, margin_KG.sign());
    const Tensor reward_KMQ = reward_KG.view({-1, how_.tries, questions_});
    advantage_KG_ = less_others(reward_KMQ).flatten(1).to(theta_KP_.scalar_type());
  }

  std::int64_t features() const { return moves_.front().x_KGF.size(2); }
  /// The step's inputs [A, S, F].
  Tensor inputs(const Batch& batch) const { return batch.row(joined(&Move::x_KGF)); }
  Tries tries(const Batch& batch) const {
    std::vector<Tensor> advantages;
    for (const Move& move : moves_) {
      advantages.push_back(advantage_KG_.index_select(1, move.game_G) * (move.first ? 1 : -1));
    }
    return {batch.row(joined(&Move::legal_KGV)), batch.row(joined(&Move::place_KG)),
            batch.row(at::cat(advantages, 1))};
  }
  void learned(const Batch& batch, const Tensor& theta_AP) {
    theta_KP_.index_copy_(0, batch.rows_A, theta_AP);
  }

 private:
  struct Move {
    Tensor x_KGF, legal_KGV, place_KG, game_G;
    bool first;  ///< whether it was a move of the side that began
  };

  Moves move(const Turn& turn) {
    const Tensor x_KGF = how_.features(turn);
    const ParameterView parameters(network_->layout(), theta_KP_);
    const Tensor logits_KGV = network_->forward(parameters, x_KGF, {}).logits_KBC;
    const Tensor log_policy_KGV = log_policy(logits_KGV, turn.legal_KGV);
    const Tensor place_KG = drawn_place(turn, log_policy_KGV, streams_);
    moves_.push_back({x_KGF, turn.legal_KGV, place_KG, turn.game_G, turn.own_T[0]});
    return place_KG;
  }

  Tensor joined(Tensor Move::* part) const {
    std::vector<Tensor> parts;
    for (const Move& move : moves_) parts.push_back(move.*part);
    return at::cat(parts, 1);
  }

  const Practice& practice_;
  const SelfPlay& how_;
  std::shared_ptr<const Network> network_;
  Tensor theta_KP_;
  std::int64_t questions_;
  Streams streams_;
  std::vector<Move> moves_;
  Tensor advantage_KG_;
};

}  // namespace

Tensor log_policy(const Tensor& logits_ASV, const Tensor& legal_ASV) {
  return logits_ASV.masked_fill(legal_ASV.logical_not(), impossible).log_softmax(-1);
}

Tensor drawn_place(const Turn& turn, const Tensor& log_policy_KGV, const Streams& streams) {
  // Some chance for every legal place: a row whose parameters are no longer finite draws evenly
  // until it is taken out.
  const Tensor chance_KGV =
      log_policy_KGV.to(at::kDouble).exp().nan_to_num(0) + turn.legal_KGV.to(at::kDouble) * 1e-30;
  const Tensor below_KGV = chance_KGV.cumsum(2);
  const Tensor draw_KG = turn.uniform(streams, {}) * (1 - 1e-12);  // below the sum, rounded too
  const Tensor passed_KGV = below_KGV.le((draw_KG * below_KGV.select(2, -1)).unsqueeze(2));
  return passed_KGV.sum(2);
}

Tensor less_others(const Tensor& reward_KMQ) {
  const auto tries = static_cast<double>(reward_KMQ.size(1));
  return (reward_KMQ - reward_KMQ.mean(1, /*keepdim=*/true)) * (tries / (tries - 1));
}

Tensor reinforce_loss(const Tensor& log_policy_ASV, const Tensor& place_AS,
                      const Tensor& advantage_AS) {
  return -advantage_AS * log_policy_ASV.gather(-1, place_AS.unsqueeze(-1)).squeeze(-1);
}

Tensor entropy(const Tensor& log_policy_ASV) {
  return -(log_policy_ASV.exp() * log_policy_ASV).sum(-1);
}

Model train_by_self_play(const Model& start, const Practice& practice, const SelfPlay& how,
                         Run& run) {
  if (how.tries < 2 || practice.games < how.tries) {
    throw Error("self-play compares the games of a question: of " + std::to_string(practice.games) +
                " games in each step (practice.games) " + std::to_string(how.tries) +
                " tries each cannot be played, at least 2 are needed");
  }
  Games games(start, practice, how, run);
  games.play(0);
  // Samples are made while a step is prepared, in the place of one that says nothing.
  const Tensor nothing_1F = at::zeros({1, games.features()}, start.theta_KP.options());
  const Dataset data =
      Dataset::shared(nothing_1F, at::zeros({start.rows(), epoch_steps}, at::kLong));
  Recipe recipe = how.recipe;
  recipe.steps = practice.steps;
  recipe.batch = 1;
  Tries tries;
  Hooks hooks;
  hooks.prepare = [&](Batch& batch) {
    if (batch.step > 0) games.play(batch.step);
    batch.x = games.inputs(batch);
    const std::int64_t samples = batch.x.size(1);
    batch.weight_AB = at::ones({batch.x.size(0), samples}, batch.x.options());
    batch.share_AB = batch.weight_AB / static_cast<double>(samples);
    tries = games.tries(batch);
  };
  hooks.after_step = [&](const Batch& batch, Tensor& theta_AP) { games.learned(batch, theta_AP); };
  return train(
      start, data, recipe, run, [&](const Batch& batch) { return how.loss(batch, tries); }, hooks);
}

}  // namespace assay::debate
