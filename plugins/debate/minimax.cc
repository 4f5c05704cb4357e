// minimax: alpha-beta search (Knuth & Moore 1975). The value of a position is the judge's margin at
// its end, the largest over the moves of the debater's own turns, the smallest over its opponent's.
// Exact where the budget holds the rest of the game; else it looks as far as the budget surely
// allows.
#include <assay/debate/alpha_beta.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class Minimax final : public debate::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("minimax").summary(
        "Alpha-beta search; exact where the budget holds the game");
  }
  explicit Minimax(const Parameters&) {}

  debate::Moves choose(const debate::Turn& turn, Run& run) const override {
    const Streams streams = run.streams("minimax");
    if (turn.budget == 0) return random_place(turn, streams);
    // The same for every game, whichever others are asked about.
    const bool holds_a_turn = turn.budget >= turn.legal_KGV.size(2) - turn.turn;
    return holds_a_turn ? alpha_beta_search(turn) : best_place(turn, turn.budget, streams);
  }
};

}  // namespace

ASSAY_METHOD(Minimax);
