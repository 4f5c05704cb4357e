// A debater that dies in its first move of game 1, and else names places at random.
#include <assay/debate.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class DiesInAGame final : public debate::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("fault-dies-in-a-game").summary("Dies in one game of debate");
  }
  explicit DiesInAGame(const Parameters&) {}
  debate::Moves choose(const debate::Turn& turn, Run& run) const override {
    if (turn.game_G.eq(1).any().item<bool>()) *static_cast<volatile int*>(nullptr) = 1;
    return debate::random_place(turn, run.streams("random"));
  }
};

}  // namespace

ASSAY_METHOD(DiesInAGame);
