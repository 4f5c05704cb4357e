// Experience replay (Chaudhry et al. 2019, "On tiny episodic memories"; algorithm 1): every batch
// is joined by as many samples of a memory, and the loss is the mean over both.
#include <assay/continual/buffer.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class Er final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("er")
        .summary("Replays samples of a memory beside every batch")
        .paper("arXiv:1902.10486")
        .parameter(integer("memory", 500).at_least(1).help("samples that are kept"))
        .parameter(integer("replay", 0)
                       .at_least(0)
                       .help("samples replayed a step; 0: as many as the batch has"))
        .parameter(text("policy", "reservoir")
                       .one_of({"reservoir", "balanced"})
                       .help("which samples are kept"));
  }

  explicit Er(const Parameters& parameters)
      : buffer_(parameters.text("policy") == "balanced" ? BufferPolicy::balanced
                                                        : BufferPolicy::reservoir,
                parameters.integer("memory")),
        replay_(parameters.integer("replay")) {}

  void begin(const Problem& problem, Run& run) override { buffer_.begin(problem, run); }

  void prepare_batch(continual::Batch& batch, Run&) override {
    const Samples memory = buffer_.draw(batch, replay_ > 0 ? replay_ : batch.current);
    buffer_.insert(batch);
    batch.append(memory);
  }

  void state(State& state) override { state("buffer", buffer_); }

 private:
  Buffer buffer_;
  std::int64_t replay_;
};

}  // namespace

ASSAY_METHOD(Er);
