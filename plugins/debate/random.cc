// random: any place that may be named, each equally likely. What debate is worth without skill.
#include <assay/debate.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;

class Random final : public debate::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("random").summary("Names any place that may be named");
  }
  explicit Random(const Parameters&) {}

  debate::Moves choose(const debate::Turn& turn, Run& run) const override {
    return random_place(turn, run.streams("random"));
  }
};

}  // namespace

ASSAY_METHOD(Random);
