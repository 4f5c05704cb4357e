#include "sdk/families/debate/practice.h"

#include "sdk/families/debate/protocol.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <string>
#include <utility>

namespace assay::debate {
namespace {

/// Both sides of a game in practice.
class Learner final : public Player {
 public:
  Learner(const std::function<Moves(const Turn&)>& choose, std::int64_t budget,
          const Tensor& truth_KG)
      : choose_(choose), budget_(budget), truth_KG_(truth_KG) {}

  Moves choose(const Turn& turn, Run&) const override {
    if (!truth_KG_.defined()) return choose_(turn);
    Turn told = turn;
    told.honest_KG = turn.claim_KG.eq(truth_KG_.index_select(1, turn.game_G));
    return choose_(told);
  }
  std::int64_t budget() const override { return budget_; }

 private:
  const std::function<Moves(const Turn&)>& choose_;
  std::int64_t budget_;
  Tensor truth_KG_;
};

}  // namespace

PracticeRoom::PracticeRoom(const Settings& settings, bool tell_sides, Run& run,
                           std::function<PracticeGround()> open)
    : settings_(settings), tell_sides_(tell_sides), run_(run), open_(std::move(open)) {}

Practice PracticeRoom::offer() {
  return {
      settings_.practice.questions, settings_.practice.steps, settings_.practice.games,
      [this](const Tensor& item_G, const Choose& choose) { return play_games(item_G, choose); }};
}

Tensor PracticeRoom::calls_K() const {
  return calls_K_.defined() ? calls_K_.to(at::kDouble) : calls_K_;
}

// Two different answers for each question, drawn without a look at the truth: which of two is more
// often claimed would tell it.
void PracticeRoom::enter() {
  ground_ = open_();
  const std::int64_t questions = ground_.truth_KN.size(1);
  const Streams streams = data_streams(run_.seeds(), "debate.practice");
  const auto number = [&](std::int64_t below, std::int64_t draw) {
    const Tensor draw_KN = streams.uniform({questions}, draw).to(ground_.truth_KN.device());
    return (draw_KN * static_cast<double>(below)).to(at::kLong);
  };
  first_KN_ = number(ground_.answers, 0);
  second_KN_ = (first_KN_ + 1 + number(ground_.answers - 1, 1)).remainder(ground_.answers);
  if (settings_.against == Against::any) {
    const Tensor swap_KN = number(2, 2).eq(1);
    second_KN_ = at::where(swap_KN, first_KN_, -1);
    first_KN_ = first_KN_.masked_fill(swap_KN, -1);
  }
  calls_K_ = at::zeros({run_.rows()}, at::kLong);
}

Tensor PracticeRoom::play_games(const Tensor& item_G, const Choose& choose) {
  if (!calls_K_.defined()) enter();
  const std::int64_t questions = ground_.truth_KN.size(1);
  const bool fits = item_G.defined() && item_G.dim() == 1 && item_G.numel() > 0 &&
                    item_G.scalar_type() == at::kLong && item_G.min().item<std::int64_t>() >= 0 &&
                    item_G.max().item<std::int64_t>() < questions;
  if (!fits) {
    throw Error("practice: games are of questions 0 to " + std::to_string(questions - 1) +
                ", as int64 [G]");
  }
  const Tensor index_G = item_G.to(ground_.truth_KN.device());
  // The protocol's honest side is who moves first.
  const Deal deal{index_G, first_KN_.index_select(1, index_G), second_KN_.index_select(1, index_G)};
  const Tensor truth_KG = tell_sides_ ? ground_.truth_KN.index_select(1, index_G) : Tensor();
  const Learner learner(choose, settings_.budget, truth_KG);
  const Schedule schedule =
      debate_schedule(settings_.task.turns, Side::honest, settings_.simultaneous);
  const Match match =
      play({ground_.questions, *ground_.judge}, deal, schedule, learner, learner, next_id_, run_);
  next_id_ += settings_.task.turns;
  if (match.forfeit_KG.ne(0).any().item<bool>()) {
    throw Error(
        "practice: choose named a place that may not be named, or said what is not there: "
        "legal_KGV says which may");
  }
  calls_K_ += match.calls_K + item_G.size(0);
  return match.margin_KG;
}

}  // namespace assay::debate
