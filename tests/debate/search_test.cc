// Searching debaters against games that are gone through by plain recursion.
#include "sdk/families/debate/optimal.h"
#include "sdk/families/debate/players.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/debate/tree_search.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <tuple>
#include <vector>

namespace assay::debate::test {
namespace {

constexpr std::int64_t turns = 4, places = 6, count = 12;

Schedule schedule_of(Side first) {
  return debate_schedule(turns, first, false);
}

/// A debater against itself: the largest distance of its margins from the games' values.
double distance_to_value(const Games& games, const Player& player, Side first) {
  Run run(games.seeds);
  const Schedule schedule = schedule_of(first);
  const Match match = play(games.table(), games.deal, schedule, player, player, 0, run);
  CHECK(match.forfeit_KG.eq(0).all().item<bool>());
  double most = 0;
  for (std::int64_t row = 0; row < match.margin_KG.size(0); ++row) {
    for (std::int64_t game = 0; game < count; ++game) {
      const double value = games.value(row, game, {}, schedule);
      most = std::max(most, std::abs(match.margin_KG[row][game].item<double>() - value));
    }
  }
  return most;
}

}  // namespace

TEST_CASE("search: the host's optimal play is plain recursion's, with pairs and an order bias") {
  const Games games({1, 2}, count, places, 1, 0.3);
  for (const Side first : {Side::honest, Side::liar}) {
    const Tensor value_KG = optimal_margin(games.table(), games.deal, schedule_of(first));
    for (std::int64_t row = 0; row < 2; ++row) {
      for (std::int64_t game = 0; game < count; ++game) {
        CHECK(value_KG[row][game].item<double>() ==
              Approx(games.value(row, game, {}, schedule_of(first))));
      }
    }
  }
}

TEST_CASE("search: independent evidence has a closed form: each side its strongest places") {
  const Games games({5}, count, places, 0, 0);
  const Tensor value_KG = optimal_margin(games.table(), games.deal, schedule_of(Side::honest));
  const Tensor sorted_NV = std::get<0>(games.value_KNV[0].sort(1));
  for (std::int64_t game = 0; game < count; ++game) {
    const double both =
        (sorted_NV[game].narrow(0, 0, 2).sum() + sorted_NV[game].narrow(0, 4, 2).sum())
            .item<double>();
    CHECK(value_KG[0][game].item<double>() == Approx(game % 2 == 1 ? both : -both));
  }
}

TEST_CASE("search: minimax reaches the value of every game, on both sides, whoever is first") {
  const Games games({1, 2}, count, places, 1, 0.3);
  const PluginPlayer minimax("minimax", 2, 360);
  CHECK(distance_to_value(games, minimax, Side::honest) < 1e-12);
  CHECK(distance_to_value(games, minimax, Side::liar) < 1e-12);
}

TEST_CASE("search: alpha-beta leaves out positions, and a shorter budget looks less far") {
  const Games games({1}, count, places, 1, 0);
  Run run(games.seeds);
  const auto calls_of = [&](std::int64_t budget) {
    const PluginPlayer minimax("minimax", 1, budget);
    return play(games.table(), games.deal, schedule_of(Side::honest), minimax, minimax, 0, run)
               .calls_K[0]
               .item<double>() /
           static_cast<double>(count);
  };
  // All ways from each turn on: 360 + 60 + 12 + 3 positions.
  CHECK(calls_of(360) < 0.7 * (360 + 60 + 12 + 3));
  CHECK(calls_of(360) > 60);
  // Two turns ahead with 30: at most 30 + 20 + 12 + 3; one with 6.
  CHECK(calls_of(30) <= 30 + 20 + 12 + 3);
  CHECK(calls_of(6) == 6 + 5 + 4 + 3);
}

TEST_CASE("search: greedy takes what is strongest at once, optimal where evidence is independent") {
  const Games games({7, 8}, count, places, 0, 0);
  const PluginPlayer greedy("greedy", 2, places);
  CHECK(distance_to_value(games, greedy, Side::honest) < 1e-12);
  const Games paired({7, 8}, count, places, 1, 0);
  CHECK(distance_to_value(paired, greedy, Side::honest) > 0.1);
}

TEST_CASE("search: tree searches come near the value of every game with enough playouts") {
  // Margins of a few tenths: far out the sigmoid of playouts tells no difference any more. A prior
  // is given up the more slowly the larger it is.
  Games games({1}, count, 5, 1, 0.3);
  games.scale(0.25);
  for (const auto& [name, c, near] : {std::tuple{"uct", 0.4, 0.05}, {"puct", 1., 0.15}}) {
    INFO(name);
    const PluginPlayer search(name, 1, 6000, {{"c", c}});
    CHECK(distance_to_value(games, search, Side::honest) < near);
    // With few playouts they do not.
    CHECK(distance_to_value(games, PluginPlayer(name, 1, 8), Side::honest) > 2 * near);
  }
}

TEST_CASE("search: a beam takes the strongest places, and looks one turn ahead with few calls") {
  const Games games({7, 8}, count, places, 0, 0);
  for (const std::int64_t budget : {places, 2 * places, 100 * places}) {
    CHECK(distance_to_value(games, PluginPlayer("beam", 2, budget), Side::honest) < 1e-12);
  }
}

TEST_CASE("search: the best of all plans against silence is a consultant's optimum") {
  // Of independent evidence the best plan of two places has the strongest two: with 256 plans of
  // the 15 it is among them but once in ten million games.
  const Games games({7}, count, places, 0, 0);
  Run run(games.seeds);
  const PluginPlayer plans("best-of-n", 1, 256, {{"n", 256}});
  const Match match =
      play(games.table(), games.deal, consultancy_schedule(2, Side::honest), plans, plans, 0, run);
  const Tensor sorted_NV = std::get<0>(games.value_KNV[0].sort(1));
  for (std::int64_t game = 0; game < count; ++game) {
    const Tensor strongest = game % 2 == 1 ? sorted_NV[game].narrow(0, 4, 2).sum()
                                           : -sorted_NV[game].narrow(0, 0, 2).sum();
    CHECK(match.margin_KG[0][game].item<double>() == Approx(strongest.item<double>()));
  }
}

TEST_CASE("search: those that are told their side search on one and are random on the other") {
  const Games games({7}, count, places, 0, 0);
  Run run(games.seeds);
  Table table = games.table();
  table.tell_sides = true;
  const auto margin_of = [&](const char* name, Side side) {
    const PluginPlayer player(name, 1, 200);
    return play(table, games.deal, consultancy_schedule(4, side), player, player, 0, run)
        .margin_KG.mean()
        .item<double>();
  };
  const double searched = margin_of("honest-only", Side::honest);
  CHECK(searched > 1.3);
  CHECK(std::abs(margin_of("honest-only", Side::liar)) < 1.2);
  CHECK(margin_of("liar-only", Side::liar) < -1.3);
  CHECK(std::abs(margin_of("liar-only", Side::honest)) < 1.2);
}

TEST_CASE("search: upper confidence bounds, worked by hand") {
  // With 10 visits: .5 + c sqrt(ln 10 / 4) = .5 + .759 c, and .9 + c sqrt(ln 10 / 6) = .9 + .619 c.
  // They are equal at c = 2.873.
  const std::vector<Edge> tried = {{.1, 4, .5}, {.1, 6, .9}};
  CHECK(upper_confidence(2.85)(tried, 10) == 1);
  CHECK(upper_confidence(2.88)(tried, 10) == 0);
  const std::vector<Edge> with_new = {{.1, 4, .5}, {.1, 6, .9}, {.1, 0, 0}, {.1, 0, 0}};
  CHECK(upper_confidence(0)(with_new, 10) == 2);
  CHECK(upper_confidence(1)(std::vector<Edge>{{1, 0, 0}}, 0) == 0);
}

TEST_CASE("search: playouts are the judge calls of a tree search, one each") {
  const Games games({1, 2}, 3, places, 1, 0);
  Run run(games.seeds);
  const PluginPlayer uct("uct", 2, 17);
  const Match match = play(games.table(), games.deal, schedule_of(Side::honest), uct, uct, 0, run);
  CHECK(match.calls_K.eq(17 * turns * 3).all().item<bool>());
}

}  // namespace assay::debate::test
