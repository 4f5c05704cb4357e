// Greedy sampler and dumb learner (Prabhu et al. 2020): a memory that balances the classes, and a
// model trained on nothing else, from scratch, whenever one is asked for: here after every task.
// What it gains over other methods is what they do not learn beyond their memory.
#include <assay/continual/buffer.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class GDumb final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("gdumb")
        .summary("Trains from scratch on a balanced memory, after every task")
        .paper("GDumb, Prabhu, Torr and Dokania 2020 (ECCV)")
        .needs("task_boundaries")
        .needs("categorical")
        .parameter(integer("memory", 500).at_least(1).help("samples that are kept"))
        .parameter(integer("epochs", 50).at_least(1).help("passes over the memory"));
  }

  explicit GDumb(const Parameters& parameters)
      : buffer_(BufferPolicy::balanced, parameters.integer("memory")),
        epochs_(parameters.integer("epochs")) {}

  bool trains_by_gradient() const override { return false; }

  void begin(const Problem& problem, Run& run) override {
    buffer_.begin(problem, run);
    start_ = problem.start;
    recipe_ = problem.recipe;
    recipe_.steps = 0;
    recipe_.epochs = epochs_;
  }

  void prepare_batch(continual::Batch& batch, Run&) override { buffer_.insert(batch); }

  void end_task(const Task& task, Model& model, Run& run) override {
    const Samples memory = buffer_.all();
    const Tensor slot_M = at::arange(buffer_.size(), memory.label_AM.options());
    const Dataset data = Dataset::own(
        memory.x, at::where(memory.weight_AM.gt(0), slot_M, at::full_like(slot_M, -1)));
    const bool own = memory.allowed_AMC.defined();  // outputs of the samples' own
    const Tensor seen_1C = task.seen_C.view({1, 1, -1});
    model = train(start_, data, recipe_, run, [&](const assay::Batch& batch) {
      const Tensor allowed = own ? batch.gather(memory.allowed_AMC) : seen_1C;
      const Tensor label_AB = batch.gather(memory.label_AM);
      return batch.mean(-log_likelihood(Likelihood::categorical,
                                        restricted(batch.logits_KBC, allowed), label_AB));
    });
  }

  void state(State& state) override { state("buffer", buffer_); }

 private:
  Buffer buffer_;
  std::int64_t epochs_;
  Model start_;
  Recipe recipe_;
};

}  // namespace

ASSAY_METHOD(GDumb);
