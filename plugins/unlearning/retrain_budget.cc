// Retraining with a method's budget, as a control: new initial values, the original's recipe, the
// retain set, and as many gradient samples as fine-tuning takes in this benchmark.
//   L = -mean over retain of log p(y)
#include <assay/unlearning/terms.h>

#include <algorithm>

namespace {

using namespace assay;
using namespace assay::unlearning;

class RetrainBudget final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("retrain-budget")
        .summary("Trains a new model on the retain set with the budget of a method")
        .parameter(integer("epochs", 0)
                       .at_least(0)
                       .help("passes over the retain set; 0: as many as the benchmark gives to "
                             "fine-tuning"));
  }

  explicit RetrainBudget(const Parameters& parameters) : epochs_(parameters.integer("epochs")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    Recipe recipe = problem.training;
    recipe.epochs = epochs_ > 0 ? epochs_ : problem.recipe.epochs;
    recipe.steps = 0;
    if (epochs_ == 0 && problem.recipe.steps > 0) {
      const std::int64_t batch =
          problem.retain_batch > 0 ? problem.retain_batch : problem.recipe.batch;
      recipe.steps = std::max<std::int64_t>(problem.recipe.steps * batch / recipe.batch, 1);
    }
    return edit(problem.fresh(0), problem, recipe, run, Reads::retain,
                [&](const Sides& sides) { return retain_loss(problem, sides); });
  }

 private:
  std::int64_t epochs_;
};

}  // namespace

ASSAY_METHOD(RetrainBudget);
