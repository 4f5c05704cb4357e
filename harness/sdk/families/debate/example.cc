#include "sdk/families/debate/example.h"

#include "sdk/families/debate/meter.h"

#include <ATen/ATen.h>

#include <string>

namespace assay::debate {
namespace {

constexpr std::int64_t games = 6, places = 7, turns = 4, answers = 3, budget = 40;

/// Adds up, for each answer, what is revealed: logit c = sum over the places v of w_cv x_v.
class LinearJudge final : public Judge {
 public:
  explicit LinearJudge(Tensor weight_KVC) : weight_KVC_(std::move(weight_KVC)) {}
  std::int64_t answers() const override { return weight_KVC_.size(2); }
  Tensor logits(const Board& board, const Tensor& place_KGMT) const override {
    const Tensor number_V = at::arange(places, place_KGMT.options());
    const Tensor shown_KGMV =
        place_KGMT.unsqueeze(4).eq(number_V).any(3).to(board.value_KGV.scalar_type());
    return (shown_KGMV * board.value_KGV.unsqueeze(2)).matmul(weight_KVC_.unsqueeze(1));
  }
  Judge* of_row(std::int64_t row) const { return new LinearJudge(weight_KVC_.narrow(0, row, 1)); }

 private:
  Tensor weight_KVC_;
};

}  // namespace

Example make_example(const std::vector<std::uint64_t>& seeds, std::int64_t number,
                     bool tell_sides) {
  const auto rows = static_cast<std::int64_t>(seeds.size());
  const auto draw = [&](const std::string& purpose) {
    return Streams(seeds, "assay.conform." + purpose);
  };
  Example example;
  example.seeds = seeds;
  example.problem = {rows, places, turns, answers, budget, {places}, {}};
  example.settings.task.turns = turns;
  example.settings.budget = budget;
  example.settings.practice = {8, 3, 8};
  example.judge =
      std::make_shared<LinearJudge>(draw("judge").normal({places, answers}).to(at::kFloat));
  Turn& turn = example.turn;
  turn.value_KGV = draw("evidence").normal({games, places}).to(at::kFloat);
  example.board = {at::arange(games, at::kLong), turn.value_KGV};
  turn.legal_KGV = at::ones({rows, games, places}, at::kBool);
  turn.place_KGT = at::full({rows, games, turns}, -1, at::kLong);
  for (std::int64_t game = 0; game < games; ++game) {
    // Game 1 has evidence in five places alone.
    if (game == 1) turn.legal_KGV.select(1, game).narrow(1, 0, 2).fill_(false);
    const Tensor order_KV = draw("played").permutation(places, game);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t named = 0;
      for (std::int64_t entry = 0; named < number; ++entry) {
        const auto place = order_KV[row][entry].item<std::int64_t>();
        if (!turn.legal_KGV[row][game][place].item<bool>()) continue;
        turn.legal_KGV[row][game][place].fill_(false);
        turn.place_KGT[row][game][named++].fill_(place);
      }
    }
  }
  const Tensor claim_KG = (draw("claims").uniform({games}) * answers).to(at::kLong);
  turn.claim_KG = claim_KG;
  turn.other_KG = (claim_KG + 1).remainder(answers);
  if (tell_sides) turn.honest_KG = draw("sides").coin({games}).to(at::kBool);
  for (std::int64_t t = 0; t < turns; ++t) turn.own_T.push_back((t - number) % 2 == 0);
  turn.turn = number;
  turn.budget = budget;
  turn.game_G = at::arange(games, at::kLong);
  turn.id = number;
  return example;
}

Turn asked_turn(const Example& example) {
  Turn turn = example.turn;
  for (Tensor* value : {&turn.value_KGV, &turn.legal_KGV, &turn.place_KGT, &turn.claim_KG,
                        &turn.other_KG, &turn.honest_KG}) {
    if (value->defined()) *value = value->clone();
  }
  const auto meter = std::make_shared<Meter>(*example.judge, example.board, example.turn, 0);
  turn.ask = [meter, judge = example.judge](const Tensor& place_KGMT, const Tensor& asked_KGM) {
    return meter->ask(place_KGMT, asked_KGM);
  };
  return turn;
}

Problem asked_problem(const Example& example, bool tell_sides, Run& run) {
  Problem problem = example.problem;
  const auto room = std::make_shared<PracticeRoom>(example.settings, tell_sides, run, [&example] {
    const Streams streams(example.seeds, "assay.conform.practice");
    const Tensor value_KNV =
        streams.normal({example.settings.practice.questions, places}).to(at::kFloat);
    const Tensor truth_KN = (streams.uniform({value_KNV.size(1)}, 1) * answers).to(at::kLong);
    return PracticeGround{
        {value_KNV, at::ones_like(value_KNV, at::kBool)}, example.judge, truth_KN, answers};
  });
  problem.practice = room->offer();
  problem.practice.host = [room, play = problem.practice.host](const auto&... given) {
    return play(given...);
  };
  return problem;
}

Example row_of(const Example& example, std::int64_t row) {
  Example alone = example;
  alone.seeds = {example.seeds.at(static_cast<std::size_t>(row))};
  alone.problem.rows = 1;
  alone.judge.reset(static_cast<const LinearJudge&>(*example.judge).of_row(row));
  Turn& turn = alone.turn;
  for (Tensor* value : {&turn.value_KGV, &turn.legal_KGV, &turn.place_KGT, &turn.claim_KG,
                        &turn.other_KG, &turn.honest_KG}) {
    if (value->defined()) *value = value->narrow(0, row, 1).clone();
  }
  alone.board.value_KGV = turn.value_KGV;
  return alone;
}

Example games_of(const Example& example, const Tensor& game_H) {
  Example some = example;
  Turn& turn = some.turn;
  for (Tensor* value : {&turn.value_KGV, &turn.legal_KGV, &turn.place_KGT, &turn.claim_KG,
                        &turn.other_KG, &turn.honest_KG}) {
    if (value->defined()) *value = value->index_select(1, game_H);
  }
  turn.game_G = turn.game_G.index_select(0, game_H);
  some.board = {turn.game_G, turn.value_KGV};
  return some;
}

Example with_changed(const Example& example, std::int64_t row, std::int64_t game) {
  Example changed = example;
  Tensor value_KGV = example.turn.value_KGV.clone();
  Tensor part = game < 0 ? value_KGV[row] : value_KGV[row][game];
  part.mul_(-1);
  changed.turn.value_KGV = value_KGV;
  changed.board.value_KGV = value_KGV;
  return changed;
}

}  // namespace assay::debate
