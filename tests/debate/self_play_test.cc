// Learning by self-play: the policy gradient against values by hand and differences, practice games
// as the host deals them, and what is learned on games whose best play is known.
#include "sdk/families/debate/practice.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/debate/self_play.h>
#include <torch/csrc/autograd/autograd.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

namespace assay::debate::test {
namespace {

Settings small_settings() {
  return read_settings(resolved({{"task", {{"use", "evidence"}, {"places", 6}}},
                                 {"turns", 4},
                                 {"budget", 6},
                                 {"practice", {{"questions", 8}, {"steps", 5}, {"games", 8}}}}));
}

/// Practice on evidence games of a test.
struct Ground {
  explicit Ground(const Seeds& seeds) : games(seeds, 8, 6, 0.5, 0), run(seeds) {}

  PracticeRoom room(bool tell_sides = false) {
    return {settings, tell_sides, run, [this] {
              return PracticeGround{games.questions, evidence_judge({games.pair_KNVV, 0}),
                                    games.deal.truth_KG, 2};
            }};
  }

  Settings settings = small_settings();
  Games games;
  Run run;
};

Moves first_place(const Turn& turn) {
  return turn.legal_places().select(2, 0);
}

/// What a network learns that reads the evidence, what is hidden and what it is to argue for.
Model learned(const Seeds& seeds, Run& run, const Practice& practice) {
  Model start{make_network({.arch = "mlp", .width = 5, .depth = 1}, {13}, 6), {}};
  start.theta_KP =
      initial_parameters(start.network->layout(), Streams(seeds, "start")).to(at::kDouble);
  Recipe recipe;
  recipe.lr = 0.05;
  const auto features = [](const Turn& turn) {
    return at::cat({turn.value_KGV, turn.legal_KGV.to(at::kDouble),
                    turn.claim_KG.unsqueeze(2).to(at::kDouble)},
                   2);
  };
  const auto loss = [](const Batch& batch, const Tries& tries) {
    const Tensor log_pi = log_policy(batch.logits_KBC, tries.legal_ASV);
    return batch.mean(reinforce_loss(log_pi, tries.place_AS, tries.advantage_AS));
  };
  return train_by_self_play(start, practice, {2, recipe, features, loss}, run);
}

}  // namespace

TEST_CASE("self-play: the loss of a move, worked by hand") {
  // Of the two places that may be named the chances are 1/3 and 2/3.
  const Tensor logits = doubles({1, 1 + std::log(2.), 7}).view({1, 1, 3});
  const Tensor legal = longs({1, 1, 0}).to(at::kBool).view({1, 1, 3});
  const Tensor log_pi = log_policy(logits, legal);
  const Tensor loss = reinforce_loss(log_pi, longs({1}).view({1, 1}), doubles({1.5}).view({1, 1}));
  CHECK(loss.item<double>() == Approx(-1.5 * std::log(2. / 3)));
  CHECK(entropy(log_pi).item<double>() == Approx(std::log(3.) - 2. / 3 * std::log(2.)));
  CHECK(log_pi[0][0][2].exp().item<double>() == 0);
  // Three lost and one won, less the mean of the other three.
  const Tensor advantage = less_others(doubles({-1, 1, -1, -1}).view({1, 4, 1}));
  CHECK(at::allclose(advantage.flatten(), doubles({-2. / 3, 2, -2. / 3, -2. / 3})));
}

TEST_CASE("self-play: the gradient against differences, and its mean against the exact one") {
  const Seeds seeds = {3, 4};
  const Tensor logits = Streams(seeds, "logits").normal({5, 4});
  const Tensor legal =
      Streams(seeds, "legal").uniform({5, 4}).gt(0.2).logical_or(at::arange(4, at::kLong).eq(2));
  const Tensor place = at::full({2, 5}, 2, at::kLong);
  const Tensor advantage = Streams(seeds, "advantage").normal({5});
  const auto loss_of = [&](const Tensor& z) {
    const Tensor log_pi = log_policy(z, legal);
    return (reinforce_loss(log_pi, place, advantage) - 0.3 * entropy(log_pi)).sum();
  };
  const Tensor leaf = logits.clone().requires_grad_(true);
  const Tensor gradient = torch::autograd::grad({loss_of(leaf)}, {leaf})[0];
  for (std::int64_t i = 0; i < logits.numel(); ++i) {
    Tensor up = logits.clone(), down = logits.clone();
    up.view(-1)[i] += 1e-5;
    down.view(-1)[i] -= 1e-5;
    const double slope = (loss_of(up) - loss_of(down)).item<double>() / 2e-5;
    CHECK(gradient.view(-1)[i].item<double>() == Approx(slope).margin(1e-8));
  }

  // Over all places as often as they are drawn: minus pi_j (r_j - sum_v pi_v r_v).
  const Tensor reward_V = doubles({1, -1, 0.5, 2});
  const Tensor pi = log_policy(logits, legal).exp();
  Tensor mean = at::zeros_like(logits);
  for (std::int64_t v = 0; v < 4; ++v) {
    const Tensor z = logits.clone().requires_grad_(true);
    const Tensor here = at::full({2, 5}, v, at::kLong);
    const Tensor loss =
        reinforce_loss(log_policy(z, legal), here, at::full({2, 5}, reward_V[v].item<double>()));
    mean += pi.select(2, v).unsqueeze(2) *
            torch::autograd::grad({(loss * legal.select(2, v)).sum()}, {z})[0];
  }
  const Tensor exact = -pi * (reward_V - (pi * reward_V).sum(2, true));
  CHECK(at::allclose(mean, exact, 1e-9, 1e-12));
}

TEST_CASE("self-play: places are drawn as their chances add up") {
  const Seeds seeds = {5, 6};
  Turn turn;
  turn.legal_KGV =
      Streams(seeds, "legal").uniform({40, 7}).gt(0.4).logical_or(at::arange(7, at::kLong).eq(3));
  turn.place_KGT = at::full({2, 40, 4}, -1, at::kLong);
  turn.game_G = at::arange(40, at::kLong);
  turn.id = 9;
  const Tensor log_pi = log_policy(Streams(seeds, "logits").normal({40, 7}), turn.legal_KGV);
  const Streams streams(seeds, "draws");
  const Tensor place = drawn_place(turn, log_pi, streams);
  const Tensor uniform = turn.uniform(streams, {});
  for (std::int64_t row = 0; row < 2; ++row) {
    for (std::int64_t game = 0; game < 40; ++game) {
      double sum = 0;
      std::int64_t expected = 0;
      for (std::int64_t v = 0; v < 7; ++v) {
        sum += std::exp(log_pi[row][game][v].item<double>());
        if (sum > uniform[row][game].item<double>()) {
          expected = v;
          break;
        }
      }
      CHECK(place[row][game].item<std::int64_t>() == expected);
    }
  }
  // Parameters that are not numbers: any place that may be named.
  const Tensor lost = drawn_place(turn, log_pi * std::numeric_limits<double>::quiet_NaN(), streams);
  CHECK(turn.legal_KGV.gather(2, lost.unsqueeze(2)).all().item<bool>());
}

TEST_CASE("practice: two claims of each question, drawn, and every judge call is counted") {
  const Seeds seeds = {1, 2};
  Ground ground(seeds);
  PracticeRoom room = ground.room();
  const Practice practice = room.offer();
  CHECK(practice.questions == 8);
  CHECK_FALSE(room.calls_K().defined());
  std::vector<Tensor> claims;
  const Tensor item = longs({0, 3, 7, 3});
  const Tensor margin = practice.play(item, [&](const Turn& turn) {
    CHECK_FALSE(turn.honest_KG.defined());
    CHECK(turn.own_T[0] == (turn.turn % 2 == 0));
    claims.push_back(turn.claim_KG);
    CHECK(at::equal(turn.other_KG, 1 - turn.claim_KG));
    turn.judge(turn.after(turn.legal_places()));
    return first_place(turn);
  });
  REQUIRE(claims.size() == 4);
  CHECK(at::equal(claims[1], 1 - claims[0]));
  CHECK(at::equal(claims[0].select(1, 1), claims[0].select(1, 3)));
  // Places 0 to 3 in order, as the first claim sees it.
  for (std::int64_t game = 0; game < 4; ++game) {
    const auto question = item[game].item<std::int64_t>();
    const double one =
        ground.games.margin(1, question, {0, 1, 2, 3}) * (question % 2 == 1 ? 1 : -1);
    const double sign = claims[0][1][game].item<std::int64_t>() == 1 ? 1 : -1;
    CHECK(margin[1][game].item<double>() == Approx(sign * one));
  }
  // 6 + 5 + 4 + 3 places and the verdict, of four games.
  CHECK(at::equal(room.calls_K(), doubles({76, 76})));

  const auto twice = [&](const Turn& turn) {
    turn.judge(turn.after(turn.legal_places()));
    turn.judge(turn.after(turn.legal_places()));
    return first_place(turn);
  };
  CHECK(error_of([&] { practice.play(item, twice); }) ==
        "asked the judge for 12 positions, the budget is 6 a move");
  CHECK(error_of([&] {
          practice.play(item,
                        [](const Turn& turn) { return Moves(at::zeros_like(turn.claim_KG)); });
        }) ==
        "practice: choose named a place that may not be named, or said what is not there: "
        "legal_KGV says which may");
  CHECK(error_of([&] { practice.play(longs({8}), first_place); }) ==
        "practice: games are of questions 0 to 7, as int64 [G]");
}

TEST_CASE("practice: claims know nothing of the truth, which needs(\"sides\") tells") {
  const Seeds seeds = {1, 2};
  const auto claims_of = [&](bool turned, bool tell) {
    Ground ground(seeds);
    if (turned) ground.games.deal.truth_KG = 1 - ground.games.deal.truth_KG;
    PracticeRoom room = ground.room(tell);
    Tensor claim, honest;
    room.offer().play(at::arange(8, at::kLong), [&](const Turn& turn) {
      if (turn.turn == 0) {
        claim = turn.claim_KG;
        honest = turn.honest_KG;
      }
      return first_place(turn);
    });
    if (tell) CHECK(at::equal(honest, claim.eq(ground.games.deal.truth_KG)));
    return claim;
  };
  const Tensor claim = claims_of(false, false);
  CHECK(at::equal(claim, claims_of(true, false)));
  CHECK(at::equal(claim, claims_of(false, true)));
  CHECK(claim.eq(0).any().item<bool>());
  CHECK(claim.eq(1).any().item<bool>());
}

TEST_CASE("self-play: rows together learn what each learns alone") {
  const auto theta_of = [](const Seeds& seeds) {
    Ground ground(seeds);
    PracticeRoom room = ground.room();
    return learned(seeds, ground.run, room.offer()).theta_KP;
  };
  const Tensor both = theta_of({1, 2});
  CHECK(at::allclose(both.narrow(0, 0, 1), theta_of({1}), 1e-9, 1e-12));
  CHECK(at::allclose(both.narrow(0, 1, 1), theta_of({2}), 1e-9, 1e-12));
  CHECK_FALSE(at::allclose(both[0], both[1]));
}

TEST_CASE("self-play: a judge that is not finite loses its own row alone") {
  const Seeds seeds = {1, 2};
  Ground ground(seeds), alone({1});
  PracticeRoom room = ground.room(), other = alone.room();
  Practice practice = room.offer();
  practice.host = [play = practice.host](const Tensor& item_G, const auto& choose) {
    Tensor margin_KG = play(item_G, choose);
    margin_KG[1].fill_(std::numeric_limits<double>::quiet_NaN());
    return margin_KG;
  };
  practice.steps = 40;
  Practice enough = other.offer();
  enough.steps = 40;
  const Model both = learned(seeds, ground.run, practice);
  CHECK(ground.run.failure(1).find("loss became non-finite") == 0);
  CHECK_FALSE(ground.run.failed(0));
  CHECK(at::allclose(both.theta_KP.narrow(0, 0, 1), learned({1}, alone.run, enough).theta_KP, 1e-9,
                     1e-12));
}

TEST_CASE("self-play: a step needs games to compare") {
  Ground ground({1});
  PracticeRoom room = ground.room();
  Practice practice = room.offer();
  practice.games = 1;
  CHECK(error_of([&] { learned({1}, ground.run, practice); }) ==
        "self-play compares the games of a question: of 1 games in each step (practice.games) 2 "
        "tries each cannot be played, at least 2 are needed");
}

TEST_CASE("policy: it learns the strongest places, which are best play, and asks nothing at play") {
  const Benchmark benchmark({{"task", {{"use", "evidence"}, {"places", 8}, {"questions", 200}}},
                             {"turns", 4},
                             {"budget", 8},
                             {"pool", "random greedy"},
                             {"practice", {{"steps", 500}}}},
                            {0, 1});
  const auto learned = benchmark.method(plugin_method("policy"));
  const auto best = benchmark.method(plugin_method("greedy"));
  const auto random = benchmark.method(plugin_method("random"));
  for (std::size_t row = 0; row < 2; ++row) {
    REQUIRE(learned[row].failure.empty());
    CHECK(metric(learned[row], "honest_win") > metric(best[row], "honest_win") - 0.05);
    CHECK(metric(learned[row], "strength") > metric(best[row], "strength") - 0.05);
    CHECK(metric(learned[row], "strength") > metric(random[row], "strength") + 0.2);
    CHECK(metric(learned[row], "calls") == 0);
    CHECK(metric(learned[row], "practice_calls") == 500 * 128);
  }
}

TEST_CASE("policy: on glyphs it beats debaters that name any pixel, on both sides", "[slow]") {
  const Benchmark benchmark({{"task", {{"use", "glyphs"}, {"questions", 40}, {"training", 5000}}},
                             {"turns", 4},
                             {"budget", 0},
                             {"pool", "random"},
                             {"train", {{"epochs", 8}}},
                             {"practice", {{"steps", 600}}}},
                            {0});
  const auto learned = benchmark.method(plugin_method("policy"), {{"lr", 0.01}});
  const auto random = benchmark.method(plugin_method("random"));
  CHECK(metric(random[0], "strength") == Approx(0.5).margin(0.05));
  CHECK(metric(learned[0], "strength") > 0.65);
  CHECK(metric(learned[0], "honest_win_single") > metric(random[0], "honest_win_single") + 0.1);
  CHECK(metric(learned[0], "liar_win") > metric(random[0], "liar_win") + 0.1);
}

}  // namespace assay::debate::test
