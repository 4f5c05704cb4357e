// liar-only: searches where it is lying and names any place where it is honest: what skill on one
// side alone does to the judge. It has to be told its side, which no debater is.
#include <assay/debate/tree_search.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class LiarOnly final : public debate::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("liar-only")
        .summary("Searches as uct does where it is lying, and is random where it is honest")
        .needs("sides")
        .parameter(real("c", 1).at_least(0).help("of the upper confidence bounds"));
  }
  explicit LiarOnly(const Parameters& parameters) : c_(parameters.real("c")) {}

  debate::Moves choose(const debate::Turn& turn, Run& run) const override {
    const Tensor random_KG = random_place(turn, run.streams("liar-only.random"));
    if (turn.budget == 0) return random_KG;
    const Tensor searched_KG = tree_search(turn, {turn.budget, debate::upper_confidence(c_), {}},
                                           run.streams("liar-only"));
    return at::where(turn.honest_KG, random_KG, searched_KG);
  }

 private:
  double c_;
};

}  // namespace

ASSAY_METHOD(LiarOnly);
