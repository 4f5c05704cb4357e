// Training on one task after the other, with nothing against forgetting: the loss is
//   L = -log p(y | x)   over the present task's samples
#include <assay/continual.h>

namespace {

using namespace assay;

class Naive final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("naive").summary("Trains on each task in turn and guards nothing");
  }
  explicit Naive(const Parameters&) {}
};

}  // namespace

ASSAY_METHOD(Naive);
