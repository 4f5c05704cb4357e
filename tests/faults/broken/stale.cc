// Built when the SDK had a function that it no longer has.
#include "minimal.h"

namespace assay {
void function_of_last_year(const Tensor& theta_KP);
}

namespace {

struct Stale final : assay::faults::Minimal {
  using Minimal::Minimal;
  static assay::MethodInfo describe() { return assay::MethodInfo("fault-stale"); }
  assay::Model fit(const assay::weak_to_strong::Problem& problem, assay::Run&) override {
    assay::function_of_last_year(problem.student.theta_KP);
    return problem.student;
  }
};

}  // namespace

ASSAY_METHOD(Stale);
