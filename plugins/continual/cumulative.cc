// At every task, training on the data of all tasks so far: what a memory without limit is worth.
#include <assay/continual.h>

#include <numeric>

namespace {

using namespace assay;

class Cumulative final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("cumulative")
        .summary("Trains on the data of all tasks so far")
        .needs("past_tasks");
  }
  explicit Cumulative(const Parameters&) {}

  std::vector<std::int64_t> trains_on(std::int64_t task, std::int64_t) const override {
    std::vector<std::int64_t> tasks(static_cast<std::size_t>(task + 1));
    std::iota(tasks.begin(), tasks.end(), 0);
    return tasks;
  }
};

}  // namespace

ASSAY_METHOD(Cumulative);
