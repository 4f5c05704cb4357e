// Replay with asymmetric cross entropy (Caccia et al. 2022, equation 5): new samples compete with
// the classes of their own batch alone, so that they do not push the old classes' outputs down,
//   L = CE over the batch's classes (batch) + CE over all classes so far (memory)
#include <assay/continual/buffer.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class ErAce final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("er-ace")
        .summary("Replay, where new samples compete with the classes of their batch alone")
        .paper("arXiv:2104.05025")
        .needs("categorical")
        .parameter(integer("memory", 500).at_least(1).help("samples that are kept"))
        .parameter(integer("replay", 0)
                       .at_least(0)
                       .help("samples replayed a step; 0: as many as the batch has"));
  }

  explicit ErAce(const Parameters& parameters)
      : buffer_(BufferPolicy::reservoir, parameters.integer("memory")),
        replay_(parameters.integer("replay")) {}

  void begin(const Problem& problem, Run& run) override { buffer_.begin(problem, run); }

  void prepare_batch(continual::Batch& batch, Run&) override {
    const Samples memory = buffer_.draw(batch, replay_ > 0 ? replay_ : batch.current);
    buffer_.insert(batch);
    const Tensor member_ABC = one_hot(batch.label_AB, batch.allowed_ABC.size(2), batch.weight_AB) *
                              batch.weight_AB.unsqueeze(2);
    const Tensor present_A1C = member_ABC.sum(1, true).gt(0);
    batch.allowed_ABC = batch.allowed_ABC.logical_and(present_A1C);
    batch.append(memory);
  }

  Tensor loss(const continual::Batch& batch) override {
    const Tensor loss_AB = batch.losses();
    const Tensor new_A = batch.mean_of_part(loss_AB, 0);
    return batch.parts() > 1 ? new_A + batch.mean_of_part(loss_AB, 1) : new_A;
  }

  void state(State& state) override { state("buffer", buffer_); }

 private:
  Buffer buffer_;
  std::int64_t replay_;
};

}  // namespace

ASSAY_METHOD(ErAce);
