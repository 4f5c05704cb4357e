// Learning without forgetting (Li and Hoiem 2016, equations 1 to 3; weights of van de Ven and
// Tolias 2019): distillation of the model before the present task K, on the present task's inputs,
//   L = 1/K L_task + (1 - 1/K) lambda T^2 CE(softmax(z_old / T), softmax(z / T))
// Task: the mean over old tasks of the distillation over each one's outputs. Class: over all
// outputs so far, the old model's probabilities of new ones being zero. Domain: over all outputs.
#include <assay/continual/snapshot.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class Lwf final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("lwf")
        .summary("Distils the model before the task, on the task's own inputs")
        .paper("arXiv:1606.09282")
        .needs("task_boundaries")
        .needs("categorical")
        .parameter(real("lambda", 1).at_least(0).per_row().help("weight of the distillation"))
        .parameter(real("temperature", 2).above(0).help("T"))
        .parameter(
            boolean("balanced", true).help("weights 1/K and 1 - 1/K in task K; otherwise 1 and 1"));
  }

  explicit Lwf(const Parameters& parameters)
      : lambda_K1_(parameters.row("lambda")),
        temperature_(parameters.real("temperature")),
        balanced_(parameters.boolean("balanced")) {}

  void begin(const Problem& problem, Run&) override {
    scenario_ = problem.scenario;
    old_.begin(problem);
  }

  void prepare_batch(continual::Batch& batch, Run& run) override {
    if (!old_.empty()) old_ABC_ = old_.logits(batch, run);
  }

  Tensor loss(const continual::Batch& batch) override {
    const Tensor task_A = batch.mean(batch.losses());
    if (old_.empty()) return task_A;
    Tensor distilled_A = at::zeros_like(task_A);
    for (std::int64_t head = 0; head < heads_KHC_.size(1); ++head) {
      const Tensor before_C = heads_KHC_[0][head];
      const Tensor now = scenario_ == Scenario::class_ ? batch.allowed_ABC : before_C;
      const Tensor target_ABC = (restricted(old_ABC_, before_C) / temperature_).softmax(2);
      const Tensor z_ABC = restricted(batch.logits_KBC, now) / temperature_;
      distilled_A = distilled_A + batch.mean(cross_entropy(z_ABC, target_ABC));
    }
    const double heads = static_cast<double>(heads_KHC_.size(1));
    const double share = balanced_ ? 1.0 / static_cast<double>(tasks_ + 1) : 1;
    const double rest = balanced_ ? 1 - share : 1;
    const Tensor lambda_A = batch.row(lambda_K1_).squeeze(1).to(task_A.options());
    return share * task_A + rest * temperature_ * temperature_ / heads * lambda_A * distilled_A;
  }

  void end_task(const Task& task, Model& model, Run&) override {
    old_.take(model);
    const Tensor head_C = scenario_ == Scenario::class_ ? task.seen_C : task.outputs_C;
    const Tensor head_K1C = head_C.repeat({model.rows(), 1, 1});
    const bool more = scenario_ == Scenario::task && heads_KHC_.defined();
    heads_KHC_ = more ? at::cat({heads_KHC_, head_K1C}, 1) : head_K1C;
    ++tasks_;
  }

  void state(State& state) override {
    state("old", old_);
    state("heads", heads_KHC_);
    state("tasks", tasks_);
  }

 private:
  Tensor lambda_K1_;
  double temperature_;
  bool balanced_;
  Scenario scenario_ = Scenario::class_;
  Snapshot old_;
  Tensor heads_KHC_;        // outputs to distil over, head by head, in every row the same
  std::int64_t tasks_ = 0;  // learned so far
  Tensor old_ABC_;          // of the present batch
};

}  // namespace

ASSAY_METHOD(Lwf);
