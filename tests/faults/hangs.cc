// Never returns.
#include "fault.h"

#include <chrono>
#include <thread>

namespace {

using namespace assay;

class Hangs final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("fault-hangs").summary("Never returns").parameter(faults::only_seed());
  }
  explicit Hangs(const Parameters& parameters) : parameters_(parameters) {}
  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    while (faults::due(parameters_, run)) std::this_thread::sleep_for(std::chrono::hours(1));
    return problem.student;
  }

 private:
  Parameters parameters_;
};

}  // namespace

ASSAY_METHOD(Hangs);
