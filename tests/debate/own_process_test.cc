// Moves in processes of their own: the same games as without, and deaths and hangs that lose a
// game.
#include "sdk/families/debate/players.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace assay::debate::test {
namespace {

Match played(const Games& games, const Player& honest, Run& run, bool own_process,
             double seconds = 0) {
  Table table = games.table();
  table.own_process = own_process;
  table.seconds_per_move = seconds;
  const auto greedy = make_player("greedy", games.value_KNV.size(2), 0);
  return play(table, games.deal, debate_schedule(4, Side::honest, false), honest, *greedy, 0, run);
}

/// Plays at random, but for what it does in the games `bad_G`.
Guest deadly(std::vector<std::int64_t> bad_G, std::function<void()> deed) {
  return Guest(
      [bad_G = at::tensor(bad_G, at::kLong), deed = std::move(deed)](const Turn& turn, Run& run) {
        if (at::isin(turn.game_G, bad_G).any().item<bool>()) deed();
        return random_place(turn, run.streams("deadly"));
      },
      0);
}

std::vector<std::int64_t> lost_games(const Match& match, Forfeit cause) {
  const Tensor lost_G =
      match.forfeit_KG[0].eq(static_cast<std::int64_t>(cause)).nonzero().squeeze(1);
  return {lost_G.const_data_ptr<std::int64_t>(),
          lost_G.const_data_ptr<std::int64_t>() + lost_G.numel()};
}

}  // namespace

TEST_CASE("own process: games, calls, costs, curves and failed rows are as without") {
  const Games games({1, 2}, 5, 6, 1, 0.3);
  const Guest busy(
      [](const Turn& turn, Run& run) {
        run.costs(1).flops += 3;
        run.costs(0).forward_samples += 2;
        run.record("thought", turn.turn, at::tensor({0.5, 1.5}, at::kDouble));
        if (turn.turn == 2) run.fail_row(1, "gave up");
        Moves moves = best_place(turn, 4, run.streams("busy"));
        moves.value_KG = turn.value_KGV.gather(2, moves.place_KG.unsqueeze(2)).squeeze(2);
        return moves;
      },
      6);
  Run here(games.seeds), there(games.seeds);
  const Match plain = played(games, busy, here, false), apart = played(games, busy, there, true);
  CHECK(at::equal(plain.place_KGT, apart.place_KGT));
  CHECK(at::equal(plain.margin_KG, apart.margin_KG));
  CHECK(at::equal(plain.calls_K, apart.calls_K));
  CHECK(apart.forfeit_KG.eq(0).all().item<bool>());
  CHECK(there.costs(1).flops == 6);
  CHECK(there.costs(0).forward_samples == 4);
  CHECK(there.curves(1) == here.curves(1));
  CHECK(there.curves(1).at("thought") == Curve{{0, 1.5}, {2, 1.5}});
  CHECK(there.failure(1) == "gave up");
  CHECK_FALSE(there.failed(0));
}

TEST_CASE("own process: who dies loses that game, and the log hears how") {
  const Games games({1, 2}, 9, 6, 1, 0);
  Run run(games.seeds);
  const Match killed = played(games, deadly({3, 7}, [] { ::raise(SIGKILL); }), run, true);
  CHECK(lost_games(killed, Forfeit::crash) == std::vector<std::int64_t>{3, 7});
  CHECK(killed.causes ==
        std::map<std::string, std::int64_t>{{"choose ended its process by signal 9 (Killed)", 4}});
  const Match left = played(games, deadly({0}, [] { ::_exit(3); }), run, true);
  CHECK(lost_games(left, Forfeit::crash) == std::vector<std::int64_t>{0});
  CHECK(left.causes.begin()->first == "choose ended its process with status 3");
}

TEST_CASE("own process: what is thrown there is what is thrown here") {
  const Games games({1}, 4, 6, 1, 0);
  Run run(games.seeds);
  for (const bool apart : {false, true}) {
    const Match thrown =
        played(games, deadly({2}, [] { throw std::runtime_error("no idea"); }), run, apart);
    CHECK(lost_games(thrown, Forfeit::crash) == std::vector<std::int64_t>{2});
    CHECK(thrown.causes == std::map<std::string, std::int64_t>{{"no idea", 1}});
    const Guest greedy([](const Turn& turn, Run& r) { return best_place(turn, 6, r.streams("x")); },
                       2);
    const Match calls = played(games, greedy, run, apart);
    CHECK(lost_games(calls, Forfeit::calls).size() == 4);
    CHECK(calls.causes.begin()->first == "asked the judge for 6 positions, the budget is 2 a move");
    const Guest shapeless([](const Turn&, Run&) { return Moves(Tensor()); }, 0);
    CHECK(assay::test::error_of([&] { played(games, shapeless, run, apart); }) ==
          "choose returned places (int64) undefined, expected one for each row and game, [1, 4] on "
          "cpu");
  }
}

TEST_CASE("own process: a hang that never asks the judge loses that game") {
  const Games games({1}, 4, 6, 1, 0);
  Run run(games.seeds);
  const Match hung = played(games,
                            deadly({2},
                                   [] {
                                     for (;;) ::pause();
                                   }),
                            run, true, 1);
  CHECK(lost_games(hung, Forfeit::time) == std::vector<std::int64_t>{2});
  CHECK(hung.causes.begin()->first == "choose did not come to an end");
}

TEST_CASE("own process: after many deaths in one move the games left are lost together") {
  const Games games({1}, 64, 6, 1, 0);
  Run run(games.seeds);
  std::vector<std::int64_t> all(64);
  for (std::size_t game = 0; game < all.size(); ++game) all[game] = static_cast<std::int64_t>(game);
  const Match match = played(games, deadly(all, [] { ::_exit(1); }), run, true);
  CHECK(lost_games(match, Forfeit::crash) == all);
}

}  // namespace assay::debate::test
