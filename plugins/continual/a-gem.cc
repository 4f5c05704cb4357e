// Averaged gradient episodic memory (Chaudhry et al. 2019, equation 11): a step may not raise the
// loss of a draw from the memory, to first order: where g . r < 0,
//   g <- g - (g . r / |r|^2) r,   r: the gradient on the draw
// The memory is a reservoir, so that no task boundaries are needed.
#include <assay/continual/buffer.h>
#include <assay/continual/gradient_constraint.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class AGem final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("a-gem")
        .summary("Projects gradients that would raise the loss on a draw from a memory")
        .paper("arXiv:1812.00420")
        .parameter(integer("memory", 500).at_least(1).help("samples that are kept"))
        .parameter(integer("replay", 256).at_least(1).help("samples of a draw"));
  }

  explicit AGem(const Parameters& parameters)
      : buffer_(BufferPolicy::reservoir, parameters.integer("memory")),
        replay_(parameters.integer("replay")) {}

  void begin(const Problem& problem, Run& run) override {
    buffer_.begin(problem, run);
    network_ = problem.start.network;
    run_ = &run;
  }

  void after_backward(const continual::Batch& batch, const Tensor& theta_AP,
                      Tensor& gradient_AP) override {
    const Samples memory = buffer_.draw(batch, replay_);
    buffer_.insert(batch);
    if (memory.empty()) return;
    project_off(gradient_on(*network_, batch, theta_AP, memory, *run_), gradient_AP);
  }

  void state(State& state) override { state("buffer", buffer_); }

 private:
  Buffer buffer_;
  std::int64_t replay_;
  std::shared_ptr<const Network> network_;
  Run* run_ = nullptr;  // of the stream: counts the draws' gradients
};

}  // namespace

ASSAY_METHOD(AGem);
