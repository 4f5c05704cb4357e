// puct: tree search with priors (Rosin 2011, as in Silver et al. 2017). The judge is asked once
// about each move; softmax(margin / temperature) is its prior P at the root, below all moves are
// alike:
//   mean + c P sqrt(N) / (1 + n).
// What is left of the budget are playouts. With less than a call for each place it is greedy.
#include <assay/debate/tree_search.h>

#include <ATen/ATen.h>

#include <cmath>
#include <span>

namespace {

using namespace assay;
using debate::Edge;

class Puct final : public debate::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("puct")
        .summary("Monte Carlo tree search that begins with what the judge likes at once")
        .paper("arXiv:1712.01815")
        .parameter(real("c", 2).at_least(0).help("weight of the prior beside the mean"))
        .parameter(real("temperature", 1).above(0).help("of the prior's softmax over margins"));
  }
  explicit Puct(const Parameters& parameters)
      : c_(parameters.real("c")), temperature_(parameters.real("temperature")) {}

  debate::Moves choose(const debate::Turn& turn, Run& run) const override {
    const Streams streams = run.streams("puct");
    if (turn.budget == 0) return random_place(turn, streams);
    // A number that is the same for every game, whichever others are asked about.
    const std::int64_t moves = turn.legal_KGV.size(2) - turn.turn;
    if (turn.budget <= moves) return best_place(turn, turn.budget, streams);
    const Tensor list_KGA = turn.legal_places();
    const Tensor margin_KGA = turn.judge(turn.after(list_KGA), list_KGA.ge(0)).to(at::kDouble);
    const auto select = [this](std::span<const Edge> edges, double visits) {
      const double explored = c_ * std::sqrt(visits);
      return debate::most_urgent(edges, [&](const Edge& edge) {
        return edge.mean + explored * edge.prior / (1 + edge.visits);
      });
    };
    return tree_search(turn, {turn.budget - moves, select, (margin_KGA / temperature_).softmax(2)},
                       streams);
  }

 private:
  double c_, temperature_;
};

}  // namespace

ASSAY_METHOD(Puct);
