// beam: keeps the `width` best lines of play. In the debater's turns every line goes on with each
// place and the best ones stay; in its opponent's turns each line goes on with the place that is
// worst for the debater at once. A horizon of fewer turns, and fewer lines, where the budget is
// small.
#include <assay/debate.h>

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace {

using namespace assay;

constexpr double infinite = std::numeric_limits<double>::infinity();

class Beam final : public debate::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("beam")
        .summary("Beam search over its own moves and the opponent's best replies")
        .parameter(integer("width", 4).range(1, 64).help("lines that are kept"));
  }
  explicit Beam(const Parameters& parameters) : width_(parameters.integer("width")) {}

  debate::Moves choose(const debate::Turn& turn, Run& run) const override {
    const Streams streams = run.streams("beam");
    if (turn.budget == 0) return random_place(turn, streams);
    const std::int64_t places = turn.legal_KGV.size(2);
    if (turn.budget < places - turn.turn) return best_place(turn, turn.budget, streams);
    // What a line asks for in the worst case, the same for every game.
    const auto fits = [&](std::int64_t width, std::int64_t turns) {
      std::int64_t calls = places - turn.turn;
      for (std::int64_t t = 1; t < turns; ++t) calls += width * (places - turn.turn - t);
      return calls <= turn.budget;
    };
    std::int64_t horizon = turn.turns() - turn.turn, width = width_;
    while (!fits(1, horizon)) --horizon;
    while (!fits(width, horizon)) --width;

    Tensor line_KGWT = turn.place_KGT.unsqueeze(2), legal_KGWV = turn.legal_KGV.unsqueeze(2);
    Tensor margin_KGW;
    for (std::int64_t t = turn.turn; t < turn.turn + horizon; ++t) {
      extend(turn, t, width, line_KGWT, legal_KGWV, margin_KGW);
    }
    const Tensor best_KG1 = margin_KGW.argmax(2, /*keepdim=*/true);
    return line_KGWT.select(3, turn.turn).gather(2, best_KG1).squeeze(2);
  }

 private:
  /// One turn more of each line that is kept, and what the judge says of it.
  static void extend(const debate::Turn& turn, std::int64_t t, std::int64_t width,
                     Tensor& line_KGWT, Tensor& legal_KGWV, Tensor& margin_KGW) {
    const std::int64_t rows = turn.rows(), games = turn.games(), lines = line_KGWT.size(2);
    const std::int64_t places = legal_KGWV.size(3);
    Tensor next_KGWVT = line_KGWT.unsqueeze(3).repeat({1, 1, 1, places, 1});
    next_KGWVT.select(4, t).copy_(at::arange(places, line_KGWT.options()));
    const Tensor asked_KGM = legal_KGWV.flatten(2);
    const Tensor said_KGWV =
        turn.judge(next_KGWVT.flatten(2, 3), asked_KGM).view({rows, games, lines, places});
    Tensor from_KGW, place_KGW;
    if (turn.own_T[static_cast<std::size_t>(t)]) {
      const auto [best_KGW, index_KGW] =
          said_KGWV.flatten(2).topk(std::min(width, lines * places), 2);
      margin_KGW = best_KGW;
      from_KGW = index_KGW.floor_divide(places);
      place_KGW = index_KGW.remainder(places);
    } else {
      const Tensor reply_KGWV = said_KGWV.masked_fill(legal_KGWV.logical_not(), infinite);
      const auto [worst_KGW, index_KGW] = reply_KGWV.min(3);
      // A line that had nowhere to go stays the worst.
      margin_KGW = worst_KGW.masked_fill(worst_KGW.eq(infinite), -infinite);
      from_KGW = at::arange(lines, line_KGWT.options()).expand({rows, games, lines});
      place_KGW = index_KGW;
    }
    const auto of_lines = [&](const Tensor& value_KGWX) {
      return value_KGWX.gather(2, from_KGW.unsqueeze(3).expand({-1, -1, -1, value_KGWX.size(3)}));
    };
    const Tensor stuck_KGW = margin_KGW.eq(-infinite);
    line_KGWT = of_lines(line_KGWT);
    line_KGWT.select(3, t).copy_(place_KGW);
    legal_KGWV = of_lines(legal_KGWV).scatter(3, place_KGW.unsqueeze(3), false);
    legal_KGWV = legal_KGWV.logical_and(stuck_KGW.logical_not().unsqueeze(3));
  }

  std::int64_t width_;
};

}  // namespace

ASSAY_METHOD(Beam);
