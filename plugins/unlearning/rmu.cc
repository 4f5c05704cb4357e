// Representation misdirection (Li et al. 2024, WMDP): h the activations of a layer, q the original
// model, u = v / |v| with v uniform on [0, 1)^D, drawn once,
//   L = mean over forget of |h(x) - c u|^2 / D + alpha mean over retain of |h(x) - h_q(x)|^2 / D
// each a mean over the answer's positions. All parameters up to the layer are trained.
#include <assay/activations.h>
#include <assay/unlearning/terms.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class Rmu final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("rmu")
        .summary("Steers a layer's activations of the forget set to a random direction")
        .paper("arXiv:2403.03218")
        .needs("hidden_layers")
        .parameter(integer("layer", 0).at_least(0).help("whose activations are steered, from 0"))
        .parameter(real("scale", 2).above(0).per_row().help("length c of the target"))
        .parameter(
            real("retain_weight", 1).at_least(0).per_row().help("weight of the retain term"));
  }

  explicit Rmu(const Parameters& parameters)
      : layer_(parameters.integer("layer")),
        scale_K1_(parameters.row("scale")),
        alpha_K1_(parameters.row("retain_weight")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    Problem inner = problem;
    inner.original = trunk_of(problem.original, layer_);
    const Tensor retain_KND = reference_logits(inner, inner.retain, run);
    const Tensor v_KD = run.streams("direction").uniform({inner.original.network->classes()});
    const Tensor target_KD =
        (scale_K1_.cpu() * v_KD / v_KD.norm(2, 1, /*keepdim=*/true)).to(retain_KND.options());
    const Model trained = edit(inner, run, Reads::both, [&](const Sides& sides) {
      const Tensor& h_ABD = sides.forget.logits_KBC;
      Tensor target_ABD = sides.forget.row(target_KD);
      while (target_ABD.dim() < h_ABD.dim()) target_ABD = target_ABD.unsqueeze(1);
      const Tensor forget_AB = activation_distance(inner, h_ABD, target_ABD, sides.forget_label_AB);
      const Tensor retain_AB = activation_distance(
          inner, sides.retain.logits_KBC, sides.retain.gather(retain_KND), sides.retain_label_AB);
      return sides.forget.mean(forget_AB) +
             sides.retain.row(alpha_K1_).squeeze(1) * sides.retain.mean(retain_AB);
    });
    Model answer{problem.original.network, problem.original.theta_KP.clone()};
    copy_slices(trained, answer);
    return answer;
  }

 private:
  std::int64_t layer_;
  Tensor scale_K1_, alpha_K1_;
};

}  // namespace

ASSAY_METHOD(Rmu);
