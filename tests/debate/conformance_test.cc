// Methods that break a rule each are found; those that keep the rules are not.
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::debate::test {
namespace {

std::string breaches_of(std::function<Moves(const Turn&, Run&)> body) {
  Probe::body = std::move(body);
  std::string all;
  for (const std::string& breach : find_family("debate").check_conformance(probe)) {
    all += breach + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("conformance: a method that keeps the rules has no breach") {
  CHECK(breaches_of([](const Turn& turn, Run& run) {
          return best_place(turn, 4, run.streams("probe"));
        }) == "");
}

TEST_CASE("conformance: each breach is found and says what to do") {
  const auto found = [](const std::string& breaches, const char* text) {
    INFO(breaches);
    CHECK(breaches.find(text) != std::string::npos);
  };
  found(breaches_of([](const Turn& turn, Run&) { return Moves(at::zeros_like(turn.claim_KG)); }),
        "choose named a place that may not be named: legal_KGV says which may");
  found(breaches_of([](const Turn&, Run&) { return Moves(at::zeros({2}, at::kLong)); }),
        "choose returned places of another shape or type, expected int64 [3, 6]");
  found(breaches_of([](const Turn& turn, Run& run) {
          const Tensor place_KG = random_place(turn, run.streams("probe"));
          return Moves(place_KG, at::zeros(place_KG.sizes()));
        }),
        "choose said what is not there");
  found(breaches_of([](const Turn& turn, Run& run) {
          turn.value_KGV.zero_();
          return Moves(random_place(turn, run.streams("probe")));
        }),
        "choose changed the turn's tensors: clone what you modify");
  found(breaches_of([](const Turn& turn, Run&) {
          static std::int64_t calls = 0;
          const Tensor list_KGA = turn.legal_places();
          return Moves(list_KGA.select(2, ++calls % 3));
        }),
        "two moves in the same turn differ");
  found(breaches_of([](const Turn& turn, Run& run) {
          const Tensor draw_KG = run.streams("probe").uniform({turn.games()}, turn.turn);
          const Tensor number_KG = (draw_KG * turn.legal_KGV.sum(2)).to(at::kLong);
          return Moves(turn.legal_places().gather(2, number_KG.unsqueeze(2)).squeeze(2));
        }),
        "draw by turn.uniform(), and look at each game by itself");
  found(breaches_of([](const Turn& turn, Run&) {
          // The place that is best on average over the games.
          const Tensor value_KGV = turn.value_KGV.mean(1, true).expand_as(turn.value_KGV);
          return Moves(value_KGV.masked_fill(turn.legal_KGV.logical_not(), -1e9).argmax(2));
        }),
        "look at each game by itself");
  found(breaches_of([](const Turn& turn, Run&) {
          const Tensor value_KGV = turn.value_KGV + turn.value_KGV.mean(0, true) * 3;
          return Moves(value_KGV.masked_fill(turn.legal_KGV.logical_not(), -1e9).argmax(2));
        }),
        "rows must not mix");
  found(breaches_of([](const Turn& turn, Run& run) {
          turn.judge(turn.place_KGT.unsqueeze(2).expand({-1, -1, 41, -1}));
          return Moves(random_place(turn, run.streams("probe")));
        }),
        "it threw: asked the judge for 41 positions, the budget is 40 a move");
}

}  // namespace assay::debate::test
