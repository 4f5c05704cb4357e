// Gradient episodic memory (Lopez-Paz and Ranzato 2017, equations 8 to 11): a step may not raise
// the loss of any earlier task's memory, to first order. Where one would be,
//   g <- g + G' v,   v = argmin v' G G' v / 2 + (G g)' v with v >= margin
// G: the gradients on the memories, one a task. A memory holds its task's last samples.
#include <assay/continual/buffer.h>
#include <assay/continual/gradient_constraint.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class Gem final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("gem")
        .summary("Projects gradients onto those that raise no earlier task's loss on its memory")
        .paper("arXiv:1706.08840")
        .needs("task_boundaries")
        .parameter(integer("per_task", 100).at_least(1).help("samples that are kept of each task"))
        .parameter(real("margin", 0.5).at_least(0).per_row().help("lower bound of v"));
  }

  explicit Gem(const Parameters& parameters)
      : per_task_(parameters.integer("per_task")), margin_K1_(parameters.row("margin")) {}

  void begin(const Problem& problem, Run& run) override {
    buffer_ = Buffer(BufferPolicy::ring, per_task_ * problem.tasks);
    buffer_.begin(problem, run, problem.tasks);
    network_ = problem.start.network;
    run_ = &run;
  }

  void begin_task(const Task& task, const Model&, Run&) override { task_ = task.index; }

  void after_backward(const continual::Batch& batch, const Tensor& theta_AP,
                      Tensor& gradient_AP) override {
    buffer_.insert(batch, task_);
    if (task_ == 0) return;
    std::vector<Tensor> memory;
    for (std::int64_t before = 0; before < task_; ++before) {
      memory.push_back(
          gradient_on(*network_, batch, theta_AP, buffer_.group(batch, before), *run_));
    }
    project_onto_cone(at::stack(memory, 1), batch.row(margin_K1_), gradient_AP);
  }

  void state(State& state) override {
    state("buffer", buffer_);
    state("task", task_);
  }

 private:
  std::int64_t per_task_;
  Buffer buffer_{BufferPolicy::ring, 1};
  Tensor margin_K1_;
  std::shared_ptr<const Network> network_;
  Run* run_ = nullptr;     // of the stream: counts the memories' gradients
  std::int64_t task_ = 0;  // the present one
};

}  // namespace

ASSAY_METHOD(Gem);
