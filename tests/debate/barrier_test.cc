// The information barrier: a debater walks every tensor and call that it can reach, in practice and
// at play, and finds neither what is true nor on which side it is.

#include "support/barrier.h"
#include "sdk/families/debate/settings.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::debate::test {
namespace {

using assay::test::check_hidden;
using assay::test::Found;

constexpr std::int64_t questions = 300, practice_questions = 200;

/// A method of two functions, set by the test.
class Walker final : public Method {
 public:
  static MethodInfo describe() { return MethodInfo("walker"); }
  explicit Walker(const Parameters&) {}
  void prepare(const Problem& problem, Run& run) override { before(problem, run); }
  Moves choose(const Turn& turn, Run& run) const override { return body(turn, run); }
  static std::function<void(const Problem&, Run&)> before;
  static std::function<Moves(const Turn&, Run&)> body;
};
std::function<void(const Problem&, Run&)> Walker::before;
std::function<Moves(const Turn&, Run&)> Walker::body;
const MethodEntry walker = assay::detail::method_entry<Walker>();

Json games() {
  return {
      {"task", {{"use", "evidence"}, {"places", 8}, {"questions", questions}, {"together", 2.}}},
      {"turns", 2},
      {"budget", 20},
      {"pool", "random"},
      {"practice", {{"questions", practice_questions}}}};
}

/// What a turn has, by game: [K, G, ...].
void add_turn(Found& found, const std::string& name, const Turn& turn) {
  found[name + "value"] = turn.value_KGV;
  found[name + "legal"] = turn.legal_KGV;
  found[name + "place"] = turn.place_KGT;
  found[name + "claim"] = turn.claim_KG;
  found[name + "other"] = turn.other_KG;
  found[name + "game"] = turn.game_G.expand_as(turn.claim_KG);
  found[name + "judge.now"] = turn.judge(turn.place_KGT.unsqueeze(2));
  found[name + "judge.moves"] = turn.judge(turn.after(turn.legal_places()));
  CHECK_FALSE(turn.honest_KG.defined());
  for (const Tensor& given : {turn.value_KGV, turn.legal_KGV, turn.place_KGT, turn.claim_KG}) {
    CHECK(given.storage().nbytes() == given.nbytes());  // no window onto a larger one
  }
}

/// Streams that a method may have, also by the names that questions are drawn under.
void add_streams(Found& found, const Run& run, std::int64_t count) {
  for (const char* purpose :
       {"debate.evidence", "debate.evidence.practice", "debate.practice", "debate.lies",
        "debate.evidence.together", "data:debate.evidence", "truth"}) {
    const Streams streams = run.streams(purpose);
    found[std::string("streams.") + purpose] = streams.normal({count, 8});
    found[std::string("streams.sum.") + purpose] = streams.normal({count, 8}).sum(2, true);
  }
  for (const char* purpose : {"assay.split", "assay.debate.judge", "assay.debate.reveals"}) {
    CHECK_THAT(error_of([&] { run.streams(purpose); }), Catch::Contains("assay."));
  }
  CHECK(run.curves(0).empty());
}

/// A side that looks at what it is given, and names places at random.
class Watcher final : public Player {
 public:
  explicit Watcher(std::function<void(const Turn&)> look) : look_(std::move(look)) {}
  Moves choose(const Turn& turn, Run& run) const override {
    look_(turn);
    return random_place(turn, run.streams("watcher"));
  }
  std::int64_t budget() const override { return 20; }

 private:
  std::function<void(const Turn&)> look_;
};

/// The truth of row 0's questions, [N].
Tensor truth_of(const Task& task, const Seeds& seeds) {
  const StageReader stages({}, seeds);
  return task.truth_KN({seeds, stages, at::kCPU})[0];
}

Moves any_place(const Turn& turn, Run& run) {
  return random_place(turn, run.streams("walker"));
}

}  // namespace

TEST_CASE("barrier: before the first game, practice included, nothing tells what is true") {
  const Seeds seeds = {0};
  const Benchmark benchmark(games(), seeds);
  const auto task = read_settings(benchmark.settings()).make_task();
  Found found, practised;
  Walker::before = [&](const Problem& problem, Run& run) {
    // Whatever it plays, the questions are the same.
    const Tensor item = at::arange(problem.practice.questions, at::kLong);
    std::vector<Tensor> margins;
    for (int again = 0; again < 2; ++again) {
      margins.push_back(problem.practice.play(item, [&](const Turn& turn) {
        add_turn(practised, "turn" + std::to_string(turn.turn) + ".", turn);
        return any_place(turn, run);
      }));
    }
    practised["margin"] = margins[0];
    practised["margin.again"] = margins[1];
    practised["margin.mean"] = (margins[0] + margins[1]) / 2;
    add_streams(practised, run, practice_questions);
    add_streams(found, run, questions);
    CHECK_FALSE(error_of([&] {
                  problem.practice.play(item + 1,
                                        [&](const Turn& turn) { return any_place(turn, run); });
                }).empty());
  };
  Walker::body = any_place;
  for (const RowOutcome& row : benchmark.method(walker)) {
    REQUIRE(row.failure.empty());
    // Two games of two turns, all places (8 and 7) and where it stands each time, and a verdict.
    CHECK(metric(row, "practice_calls") == 2 * practice_questions * (8 + 7 + 2 + 1));
  }
  REQUIRE(practised.size() > 20);
  const auto practice = task->practice(practice_questions);
  check_hidden(practised, truth_of(*practice, seeds), 0.9);
  check_hidden(found, truth_of(*task, seeds), 0.9);
  check_hidden(practised, truth_of(*task, seeds), 0.9);

  Walker::before = [](const Problem&, Run&) {};
  for (const RowOutcome& row : benchmark.method(walker)) {
    CHECK(row.result.at("metrics").at("practice_calls").is_null());
  }
}

TEST_CASE("barrier: at play nothing in a game tells the side that its debater is on") {
  const Games games({0}, questions, 8, 2, 0);
  // What a debater sees in its first move, on either side, in a debate and alone.
  const auto walk_of = [&](const std::vector<std::pair<Schedule, Side>>& matches) {
    std::vector<Found> found;
    std::vector<Tensor> honest;
    Run run({0});
    for (const auto& [schedule, side] : matches) {
      bool seen = false;
      const Watcher watcher([&, side = side](const Turn& turn) {
        if (!seen) {
          add_turn(found.emplace_back(), "", turn);
          honest.push_back(at::full({questions}, side == Side::honest ? 1 : 0, at::kLong));
        }
        seen = true;
      });
      const Watcher other([](const Turn&) {});
      const bool first = side == Side::honest;
      play(games.table(), games.deal, schedule, first ? watcher : other, first ? other : watcher, 0,
           run);
    }
    REQUIRE(found.size() == matches.size());
    Found all;
    for (const auto& [name, tensor] : found.front()) {
      std::vector<Tensor> parts;
      for (const Found& part : found) parts.push_back(part.at(name).to(at::kDouble));
      all[name] = at::cat(parts, 1);
    }
    check_hidden(all, at::cat(honest), 0.9);
  };
  const auto debate = [](Side first) { return debate_schedule(2, first, false); };
  walk_of({{debate(Side::honest), Side::honest},
           {debate(Side::liar), Side::liar},
           {consultancy_schedule(2, Side::honest), Side::honest},
           {consultancy_schedule(2, Side::liar), Side::liar}});
  walk_of({{debate(Side::liar), Side::honest}, {debate(Side::honest), Side::liar}});
}

}  // namespace assay::debate::test
