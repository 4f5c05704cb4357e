// A default outside its own range: found when the plugin is described, not in the middle of a run.
#include "minimal.h"

namespace {

struct Bad final : assay::faults::Minimal {
  using Minimal::Minimal;
  static assay::MethodInfo describe() {
    return assay::MethodInfo("fault-bad-description").parameter(assay::real("alpha", 2).range(0, 1));
  }
};

}  // namespace

ASSAY_METHOD(Bad);
