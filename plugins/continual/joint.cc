// Training on all tasks at once, from the first step on: what a stream costs, seen from above. It
// sees what is still to come, and ranks apart.
#include <assay/continual.h>

#include <numeric>

namespace {

using namespace assay;

class Joint final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("joint").summary("Trains on all tasks at once").needs("all_tasks");
  }
  explicit Joint(const Parameters&) {}

  std::vector<std::int64_t> trains_on(std::int64_t, std::int64_t tasks) const override {
    std::vector<std::int64_t> all(static_cast<std::size_t>(tasks));
    std::iota(all.begin(), all.end(), 0);
    return all;
  }
};

}  // namespace

ASSAY_METHOD(Joint);
