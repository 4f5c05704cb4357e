// greedy: the place after which the judge is most in the debater's favour, as if the game ended
// there. Of more places than the budget allows for it looks at a random part.
#include <assay/debate.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class Greedy final : public debate::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("greedy").summary("Names the place that the judge likes best at once");
  }
  explicit Greedy(const Parameters&) {}

  debate::Moves choose(const debate::Turn& turn, Run& run) const override {
    if (turn.budget == 0) return random_place(turn, run.streams("greedy"));
    return best_place(turn, turn.budget, run.streams("greedy"));
  }
};

}  // namespace

ASSAY_METHOD(Greedy);
