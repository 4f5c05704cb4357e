// Trains every row on the average of all rows' supervisors: better numbers, by a leak between seeds.
// The conformance test must catch it.
#include "fault.h"

#include <ATen/ATen.h>

namespace {

using namespace assay;

class MixesRows final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("fault-mixes-rows").summary("Averages the supervisors over the seeds");
  }
  explicit MixesRows(const Parameters&) {}
  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    const Tensor target_KNC = problem.weak_KNC.mean(0, /*keepdim=*/true).expand_as(problem.weak_KNC);
    return train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
      return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(target_KNC)));
    });
  }
};

}  // namespace

ASSAY_METHOD(MixesRows);
