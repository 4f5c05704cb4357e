// uct: Monte Carlo tree search with upper confidence bounds (Kocsis & Szepesvari 2006), the search
// of Irving et al. 2018. Of a position visited N times it looks at the move with the largest
//   mean + c sqrt(ln N / n),
// n and mean of the move's own playouts; one that was never tried comes first.
#include <assay/debate/tree_search.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class Uct final : public debate::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("uct")
        .summary("Monte Carlo tree search with upper confidence bounds")
        .paper("arXiv:1805.00899")
        .parameter(real("c", 1).at_least(0).help("how much what was seldom tried is looked at"));
  }
  explicit Uct(const Parameters& parameters) : c_(parameters.real("c")) {}

  debate::Moves choose(const debate::Turn& turn, Run& run) const override {
    const Streams streams = run.streams("uct");
    if (turn.budget == 0) return random_place(turn, streams);
    return tree_search(turn, {turn.budget, debate::upper_confidence(c_), {}}, streams);
  }

 private:
  double c_;
};

}  // namespace

ASSAY_METHOD(Uct);
