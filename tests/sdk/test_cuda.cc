// Where there is a CUDA device: a cohort trains there as it does on the CPU. ctest -L gpu runs these.
#include "support.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

using namespace assay;
using namespace assay::testing;

TEST_CASE("a cohort trains on a CUDA device as on the CPU") {
  if (!at::hasCUDA() || at::detail::getCUDAHooks().deviceCount() == 0) {
    WARN("skipped: no CUDA device was found");
    return;
  }
  const at::Device device(at::kCUDA, 0);
  for (const NetworkSpec& spec : {NetworkSpec{.width = 16}, NetworkSpec{.arch = "cnn", .width = 4}}) {
    CAPTURE(spec.arch);
    const Cohort cohort(spec, {64}, 5, {40, 31}, at::kDouble);
    Recipe recipe;
    recipe.epochs = 3;
    recipe.batch = 16;
    const Tensor expected = cohort.train(recipe);
    const Model start{cohort.model.network, cohort.model.theta_KP.to(device)};
    const Tensor target = cohort.target.to(device);
    Run run(cohort.seeds);
    const Model trained = train(start, cohort.data().to(device), recipe, run, [&](const Batch& batch) {
      return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(target)));
    });
    CHECK(trained.theta_KP.device() == device);
    CHECK(largest_difference(trained.theta_KP.cpu(), expected) < 1e-9);
    CHECK(largest_difference(predict_logits(trained, cohort.data().to(device)).cpu(),
                             predict_logits({start.network, expected}, cohort.data())) < 1e-8);
  }
}
