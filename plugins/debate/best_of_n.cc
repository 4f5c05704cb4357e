// best-of-n (Khan et al. 2024): n arguments are drawn, each is judged against an opponent that says
// nothing, and the best one is given. An argument is a place for each of the debater's turns to
// come.
#include <assay/debate.h>

#include <ATen/ATen.h>

#include <algorithm>

namespace {

using namespace assay;

class BestOfN final : public debate::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("best-of-n")
        .summary("The best of n random plans against a silent opponent")
        .paper("arXiv:2402.06782")
        .parameter(integer("n", 16).range(1, 256).help("plans; no more than the budget"));
  }
  explicit BestOfN(const Parameters& parameters) : n_(parameters.integer("n")) {}

  debate::Moves choose(const debate::Turn& turn, Run& run) const override {
    const Streams streams = run.streams("best-of-n");
    const std::int64_t n = std::min(n_, turn.budget), places = turn.legal_KGV.size(2);
    if (n == 0) return random_place(turn, streams);
    std::vector<std::int64_t> own_turns;
    for (std::int64_t t = turn.turn; t < turn.turns(); ++t) {
      if (turn.own_T[static_cast<std::size_t>(t)]) own_turns.push_back(t);
    }
    const Tensor illegal_KG1V = turn.legal_KGV.logical_not().unsqueeze(2);
    const Tensor draw_KGNV = turn.uniform(streams, {n, places}).masked_fill(illegal_KG1V, -1);
    const auto length = std::min(static_cast<std::int64_t>(own_turns.size()), places);
    const auto [chance_KGNS, place_KGNS] = draw_KGNV.topk(length, 3);
    const Tensor plan_KGNS = place_KGNS.masked_fill(chance_KGNS.lt(0), -1);

    Tensor position_KGNT = turn.place_KGT.unsqueeze(2).repeat({1, 1, n, 1});
    for (std::int64_t s = 0; s < length; ++s) {
      position_KGNT.select(3, own_turns[static_cast<std::size_t>(s)]).copy_(plan_KGNS.select(3, s));
    }
    const Tensor best_KG1 = turn.judge(position_KGNT).argmax(2, /*keepdim=*/true);
    return plan_KGNS.select(3, 0).gather(2, best_KG1).squeeze(2);
  }

 private:
  std::int64_t n_;
};

}  // namespace

ASSAY_METHOD(BestOfN);
