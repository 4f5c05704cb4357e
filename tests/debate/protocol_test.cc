// The protocol: what sides see, what loses a game, how judge calls are counted, and the family from
// settings to cells.
#include "sdk/families/debate/players.h"
#include "sdk/families/debate/scoring.h"
#include "sdk/families/debate/settings.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <catch2/catch.hpp>

#include <set>
#include <stdexcept>

namespace assay::debate::test {
namespace {

/// Places 0, 1, 2, ... as the turn says: legal in every game of two sides that both do this.
Moves in_order(const Turn& turn, Run&) {
  return at::full_like(turn.claim_KG, turn.turn);
}

Match played(const Games& games, const Player& honest, const Player& liar, Side first,
             bool simultaneous = false) {
  Run run(games.seeds);
  const Schedule schedule = debate_schedule(4, first, simultaneous);
  return play(games.table(), games.deal, schedule, honest, liar, 0, run);
}

/// A guest that does as told in game 1 of its matches' first turn, and else plays in order.
Guest misbehaving(std::function<Moves(const Turn&, Moves)> deed, std::int64_t budget = 1) {
  return Guest(
      [deed = std::move(deed)](const Turn& turn, Run& run) {
        Moves moves = in_order(turn, run);
        const bool here = turn.turn < 2 && turn.game_G.eq(1).any().item<bool>();
        return here ? deed(turn, moves) : moves;
      },
      budget);
}

/// Game 1 of the turn's.
Tensor here(const Turn& turn) {
  return turn.game_G.eq(1).unsqueeze(0).expand({turn.rows(), -1});
}

}  // namespace

TEST_CASE("protocol: each side names places in its turns and the judge sees both") {
  const Games games({1, 2}, 4, 6, 1, 0.3);
  std::vector<std::int64_t> seen;
  const Guest watching(
      [&](const Turn& turn, Run& run) {
        seen.push_back(turn.place_KGT.ge(0).sum(2).max().item<std::int64_t>());
        const Tensor truth_KG = games.deal.truth_KG;
        const bool honest = at::equal(turn.claim_KG, truth_KG);
        CHECK(honest != at::equal(turn.other_KG, truth_KG));
        CHECK(turn.own_T[static_cast<std::size_t>(turn.turn)]);
        CHECK(turn.legal_KGV.sum(2).eq(6 - turn.turn).all().item<bool>());
        CHECK(!turn.honest_KG.defined());
        return in_order(turn, run);
      },
      0);
  const Match match = played(games, watching, watching, Side::liar);
  CHECK(seen == std::vector<std::int64_t>{0, 1, 2, 3});
  for (std::int64_t row = 0; row < 2; ++row) {
    for (std::int64_t game = 0; game < 4; ++game) {
      const double margin = games.margin(row, game, {0, 1, 2, 3});
      CHECK(match.margin_KG[row][game].item<double>() == Approx(margin));
      CHECK(match.honest_won_KG()[row][game].item<double>() == (margin > 0 ? 1 : 0));
    }
  }
  CHECK(match.calls_K.eq(0).all().item<bool>());
}

TEST_CASE("protocol: of a simultaneous round neither sees the other's place") {
  const Games games({1}, 3, 6, 0, 0);
  // Both always name the lowest place that they may: in each round the same, revealed once.
  const Guest lowest(
      [](const Turn& turn, Run&) {
        CHECK(turn.place_KGT.ge(0).sum(2).max().item<std::int64_t>() == turn.turn / 2);
        return turn.legal_places().select(2, 0);
      },
      0);
  const Match match = played(games, lowest, lowest, Side::honest, true);
  const Tensor expected = at::tensor(std::vector<std::int64_t>{0, -1, 1, -1}, at::kLong);
  CHECK(match.forfeit_KG.eq(0).all().item<bool>());
  CHECK(at::equal(match.place_KGT[0][2], expected));
  CHECK(match.margin_KG[0][1].item<double>() ==
        Approx((games.value_KNV[0][1][0] + games.value_KNV[0][1][1]).item<double>()));
}

TEST_CASE("protocol: what loses a game loses that game alone, with its cause") {
  const Games games({1, 2}, 3, 6, 1, 0);
  const Guest good(in_order, 1);
  const Match fair = played(games, good, good, Side::honest);
  const auto check = [&](const Guest& bad, Forfeit cause, const std::string& text) {
    for (const bool liar : {false, true}) {
      const Match match =
          liar ? played(games, good, bad, Side::honest) : played(games, bad, good, Side::honest);
      const Tensor won_KG = match.honest_won_KG();
      for (std::int64_t row = 0; row < 2; ++row) {
        CHECK(match.forfeit_KG[row][1].item<std::int64_t>() == static_cast<std::int64_t>(cause));
        CHECK(won_KG[row][1].item<double>() == (liar ? 1 : 0));
        for (const std::int64_t game : {0, 2}) {
          CHECK(match.forfeit_KG[row][game].item<std::int64_t>() == 0);
          CHECK(match.margin_KG[row][game].item<double>() ==
                fair.margin_KG[row][game].item<double>());
        }
      }
      if (text.empty()) {
        CHECK(match.causes.empty());
      } else {
        CHECK(match.causes == std::map<std::string, std::int64_t>{{text, 2}});
      }
    }
  };
  check(misbehaving([](const Turn& turn, Moves moves) {
          return Moves(moves.place_KG.masked_fill(here(turn), 6));
        }),
        Forfeit::illegal, "");
  check(misbehaving([](const Turn& turn, Moves moves) {
          return Moves(moves.place_KG, turn.value_KGV.select(2, turn.turn) + here(turn) * 0.5);
        }),
        Forfeit::lie, "");
  check(misbehaving([](const Turn&, Moves) -> Moves { throw std::runtime_error("no idea"); }),
        Forfeit::crash, "no idea");
  check(misbehaving([](const Turn& turn, Moves moves) {
          turn.judge(turn.place_KGT.unsqueeze(2).repeat({1, 1, 6, 1}));
          return moves;
        }),
        Forfeit::calls, "asked the judge for 6 positions, the budget is 1 a move");
}

TEST_CASE("protocol: a place that is named twice is an illegal move") {
  const Games games({1}, 2, 6, 0, 0);
  const Guest good(in_order, 0);
  const Guest stubborn([](const Turn& turn, Run&) { return Moves(at::zeros_like(turn.claim_KG)); },
                       0);
  const Match match = played(games, good, stubborn, Side::honest);
  CHECK(match.forfeit_KG.eq(static_cast<std::int64_t>(Forfeit::illegal)).all().item<bool>());
  CHECK(match.honest_won_KG().eq(1).all().item<bool>());
}

TEST_CASE("protocol: a move that takes too long loses its games, not the match") {
  const Games games({1}, 2, 6, 0, 0);
  const Guest slow(
      [](const Turn& turn, Run& run) {
        for (;;) {  // a hang, as far as it asks the judge
          turn.judge(turn.place_KGT.unsqueeze(2), at::zeros({1, turn.games(), 1}, at::kBool));
        }
        return in_order(turn, run);
      },
      1);
  Run run(games.seeds);
  Table table = games.table();
  table.seconds_per_move = 0.02;
  const Match match = play(table, games.deal, debate_schedule(4, Side::honest, false), slow,
                           Guest(in_order, 0), 0, run);
  CHECK(match.forfeit_KG.eq(static_cast<std::int64_t>(Forfeit::time)).all().item<bool>());
  CHECK(match.causes.begin()->first == "took longer than the time of a move");
}

TEST_CASE("protocol: a debater cannot change what the host has") {
  const Games games({1}, 2, 6, 1, 0);
  const Guest good(in_order, 0);
  const Guest forger(
      [](const Turn& turn, Run& run) {
        turn.value_KGV.fill_(100);
        turn.legal_KGV.fill_(true);
        turn.place_KGT.fill_(5);
        turn.claim_KG.fill_(0);
        return in_order(turn, run);
      },
      0);
  const Match fair = played(games, good, good, Side::honest);
  CHECK(at::equal(played(games, forger, forger, Side::honest).margin_KG, fair.margin_KG));
}

TEST_CASE("protocol: an answer of another shape is a breach of the contract and no move") {
  const Games games({1}, 2, 6, 1, 0);
  const Guest wrong([](const Turn&, Run&) { return Moves(at::zeros({3}, at::kLong)); }, 0);
  CHECK(
      error_of([&] { played(games, wrong, wrong, Side::honest); }) ==
      "choose returned places (int64) Long [3] on cpu, expected one for each row and game, [1, 2] "
      "on cpu");
}

TEST_CASE("protocol: games do not depend on which others are played with them") {
  // 2,048 games go side by side: game 0 is played beside others, and alone.
  const Games many({4}, 2100, 5, 1, 0), few({4}, 1, 5, 1, 0);
  Run run({4});
  const auto search = make_player("search", 5, 12);
  const auto margin_of_first = [&](const Games& games) {
    return play(games.table(), games.deal, debate_schedule(4, Side::honest, false), *search,
                *search, 0, run)
        .place_KGT[0][0];
  };
  CHECK(at::equal(few.value_KNV[0][0], many.value_KNV[0][0]));
  // Pairs are drawn by their number among all: the first game's are the same too.
  CHECK(at::equal(few.pair_KNVV[0][0], many.pair_KNVV[0][0]));
  CHECK(at::equal(margin_of_first(many), margin_of_first(few)));
}

TEST_CASE(
    "scoring: turns' numbers differ over all matches, and do not say in which order they come") {
  std::set<std::int64_t> seen;
  std::int64_t falls = 0, before = -1;
  for (std::int64_t match = 0; match < 500; ++match) {
    const std::int64_t first = first_turn_id(match, 10);
    REQUIRE(first % 10 == 0);
    CHECK(seen.insert(first).second);
    if (first < before) ++falls;
    before = first;
  }
  CHECK(falls > 200);
}

TEST_CASE("deal: wrong answers, one after another, drawn, or any") {
  const Tensor truth_KN = at::tensor(std::vector<std::int64_t>{0, 2, 1, 1}, at::kLong).view({2, 2});
  const Streams streams({1, 2}, "lies");
  const Dealt all = deal_games(truth_KN, 3, Against::all, streams);
  const std::vector<std::int64_t> lies = {1, 0, 2, 1, 2, 2, 0, 0};
  CHECK(all.lies == 2);
  CHECK(at::equal(all.deal.lie_KG, at::tensor(lies, at::kLong).view({2, 4})));
  CHECK(at::equal(all.deal.truth_KG, truth_KN.repeat({1, 2})));
  CHECK(at::equal(all.deal.item_G, at::tensor(std::vector<std::int64_t>{0, 1, 0, 1}, at::kLong)));
  const Dealt one = deal_games(truth_KN, 3, Against::one, streams);
  CHECK(one.deal.lie_KG.ne(truth_KN).all().item<bool>());
  CHECK(one.deal.lie_KG.ge(0).logical_and(one.deal.lie_KG.lt(3)).all().item<bool>());
  CHECK(deal_games(truth_KN, 3, Against::any, streams).deal.lie_KG.eq(-1).all().item<bool>());
}

TEST_CASE("scoring: a question is won where every wrong answer lost, worked by hand") {
  // Three questions with two lies: games of lie 0, then of lie 1.
  const Tensor won_KG =
      at::tensor(std::vector<double>{1, 0, 1, 1, 1, .5}, at::kDouble).view({1, 6});
  CHECK(at::equal(won_all(won_KG, 2)[0], at::tensor(std::vector<double>{1, 0, .5}, at::kDouble)));
  // Logits 2, -1, 0: chances of the truth .881, .269, .5. Brier is twice the mean of (1 - p)^2.
  const Tensor margin_KG = at::tensor(std::vector<double>{2, -1, 0}, at::kDouble).view({1, 3});
  const Measures measures = measure_verdicts({margin_KG}, {(margin_KG.sign() + 1) / 2}, 1);
  CHECK(measures.at("accuracy").item<double>() == Approx(.5));
  CHECK(measures.at("margin").item<double>() == Approx(1. / 3));
  const double brier = 2 * (.11920292 * .11920292 + .73105858 * .73105858 + .25) / 3;
  CHECK(measures.at("brier").item<double>() == Approx(brier));
}

TEST_CASE("family: settings that do not fit together are one clear error") {
  const auto error = [](const std::function<void(Json&)>& change) {
    Json given = find_family("debate").smoke_settings();
    change(given);
    return error_of([&] { find_family("debate").expand(resolved(given)); });
  };
  CHECK(error([](Json& g) { g["pool"] = "greedy serch"; }) ==
        "pool has 'serch' (did you mean 'search'?): expected names with spaces between, of random, "
        "greedy, search");
  CHECK(error([](Json& g) { g["pool"] = " "; }) ==
        "pool is empty: a debater meets one opponent at least besides itself, e.g. \"greedy "
        "search\"");
  CHECK(error([](Json& g) { g["pool"] = "greedy greedy"; }) == "pool names 'greedy' twice");
  CHECK(error([](Json& g) { g["turns"] = 7; }) ==
        "turns is 7, but task.places is 6: a game names no place twice");
  CHECK(error([](Json& g) {
          g["turns"] = 3;
          g["style"] = "simultaneous";
        }) == "style is \"simultaneous\", but turns is 3: rounds have two turns each");
  CHECK(error([](Json&) {}).empty());
}

TEST_CASE("family: the honest win rate of optimal debaters is enumeration's") {
  const Json given = {
      {"task", {{"use", "evidence"}, {"places", 5}, {"questions", 30}, {"together", 1}}},
      {"turns", 4},
      {"budget", 120},
      {"pool", "greedy"}};
  const Benchmark benchmark(given, {3, 4});
  const auto minimax = benchmark.method(plugin_method("minimax"));
  const auto optimal = benchmark.reference("optimal");
  const auto expert = benchmark.reference("expert");
  for (std::size_t row = 0; row < 2; ++row) {
    REQUIRE(minimax[row].failure.empty());
    for (const char* name : {"accuracy", "accuracy_first", "accuracy_last", "margin"}) {
      CHECK(metric(minimax[row], name) == Approx(metric(optimal[row], name)));
    }
    CHECK(metric(expert[row], "accuracy") == 1);
    // Against a weaker liar it cannot do worse.
    CHECK(metric(minimax[row], "honest_win") >= metric(optimal[row], "accuracy"));
    CHECK(metric(minimax[row], "forfeits") == 0);
  }
}

TEST_CASE("family: a debater that throws in one game keeps its cell") {
  const Benchmark benchmark(find_family("debate").smoke_settings(), {1});
  Probe::body = [](const Turn& turn, Run& run) -> Moves {
    if (turn.game_G.eq(3).any().item<bool>()) throw std::runtime_error("not game 3");
    return random_place(turn, run.streams("probe"));
  };
  const auto rows = benchmark.method(probe);
  REQUIRE(rows[0].failure.empty());
  // Of 8 games in each match it loses one on each side.
  CHECK(metric(rows[0], "forfeits") == Approx(1. / 8).margin(0.02));
  CHECK(metric(rows[0], "forfeits_crash") == metric(rows[0], "forfeits"));
}

TEST_CASE("family: a judge of pixels is trained, and its stages are shared") {
  const Json given = {{"task", {{"use", "glyphs"}, {"questions", 6}, {"training", 300}}},
                      {"turns", 4},
                      {"budget", 8},
                      {"pool", "random"},
                      {"judge", {{"arch", "mlp"}, {"width", 16}, {"depth", 1}}},
                      {"train", {{"epochs", 20}, {"batch", 32}, {"lr", 1e-2}}}};
  const Benchmark benchmark(given, {1, 2});
  const auto expert = benchmark.reference("expert");
  const auto random = benchmark.method(plugin_method("random"));
  const auto alone = Benchmark(given, {2}).method(plugin_method("random"));
  for (const RowOutcome& row : random) REQUIRE(row.failure.empty());
  CHECK(metric(expert[0], "accuracy_all") > 0.5);
  for (const char* name : {"honest_win_single", "accuracy", "margin", "consultancy"}) {
    CHECK(metric(random[1], name) == Approx(metric(alone[0], name)).margin(0.02));
  }
}

}  // namespace assay::debate::test
