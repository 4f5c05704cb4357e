// Dark experience replay ++ (Buzzega et al. 2020, equation 6): two independent draws of the memory,
//   L = CE(batch) + alpha mean_c (f_c(x') - z'_c)^2 + beta CE(x'', y'')
// z': the outputs that the network had for x' when it was stored. As in the authors' code the
// squares are averaged over all outputs.
#include <assay/continual/buffer.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::continual;

class DerPlusPlus final : public continual::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("derpp")
        .summary("Replays stored outputs and labels (DER++)")
        .paper("arXiv:2004.07211")
        .parameter(integer("memory", 500).at_least(1).help("samples that are kept"))
        .parameter(integer("replay", 0)
                       .at_least(0)
                       .help("samples of each of the two draws; 0: as many as the batch has"))
        .parameter(real("alpha", 0.3).at_least(0).per_row().help("weight of the stored outputs"))
        .parameter(real("beta", 0.5).at_least(0).per_row().help("weight of the stored labels"));
  }

  explicit DerPlusPlus(const Parameters& parameters)
      : buffer_(BufferPolicy::reservoir, parameters.integer("memory"), /*keeps_logits=*/true),
        replay_(parameters.integer("replay")),
        alpha_K1_(parameters.row("alpha")),
        beta_K1_(parameters.row("beta")) {}

  void begin(const Problem& problem, Run& run) override { buffer_.begin(problem, run); }

  void prepare_batch(continual::Batch& batch, Run&) override {
    const std::int64_t count = replay_ > 0 ? replay_ : batch.current;
    const Samples first = buffer_.draw(batch, count), second = buffer_.draw(batch, count);
    stored_AMC_ = first.logits_AMC;
    batch.append(first);
    batch.append(second);
  }

  Tensor loss(const continual::Batch& batch) override {
    const Tensor loss_AB = batch.losses();
    const Tensor new_A = batch.mean_of_part(loss_AB, 0);
    if (!stored_AMC_.defined()) return new_A;
    const Tensor apart_AM = (batch.part(batch.logits_KBC, 1) - stored_AMC_).square().mean(2);
    const Tensor weight_AM = batch.part(batch.weight_AB, 1);
    const Tensor outputs_A = (apart_AM * weight_AM).sum(1) / weight_AM.sum(1).clamp_min(1);
    const auto row = [&](const Tensor& value_K1) {
      return batch.row(value_K1).squeeze(1).to(new_A.options());
    };
    return new_A + row(alpha_K1_) * outputs_A + row(beta_K1_) * batch.mean_of_part(loss_AB, 2);
  }

  void after_backward(const continual::Batch& batch, const Tensor&, Tensor&) override {
    buffer_.insert(batch);
  }

  void state(State& state) override { state("buffer", buffer_); }

 private:
  Buffer buffer_;
  std::int64_t replay_;
  Tensor alpha_K1_, beta_K1_;
  Tensor stored_AMC_;  // of the present batch's first draw
};

}  // namespace

ASSAY_METHOD(DerPlusPlus);
