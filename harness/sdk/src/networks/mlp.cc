#include "sdk/internal/networks.h"

#include <ATen/ATen.h>
#include <functional>
#include <numeric>
#include <string>

namespace assay {
namespace {

class Mlp final : public Network {
 public:
  Mlp(std::int64_t width, std::int64_t depth, std::int64_t features,
      std::vector<std::int64_t> input, std::int64_t classes)
      : input_(std::move(input)), depth_(depth), classes_(classes) {
    std::int64_t in =
        std::accumulate(input_.begin(), input_.end(), std::int64_t{1}, std::multiplies<>());
    widths_.push_back(in);
    for (std::int64_t layer = 0; layer <= depth; ++layer) {
      const bool head = layer == depth;
      const bool last_hidden = layer + 1 == depth && features > 0;
      const std::int64_t out = head ? classes : last_hidden ? features : width;
      const std::string name = head ? "head" : "layer" + std::to_string(layer);
      layout_.add(name + ".weight", {in, out}, Initial::fan_in_uniform, in);
      layout_.add(name + ".bias", {out}, Initial::fan_in_uniform, in);
      flops_ += 2.0 * static_cast<double>(in) * static_cast<double>(out);
      widths_.push_back(out);
      in = out;
    }
  }

  Outputs forward(const ParameterView& parameters, const Tensor& x,
                  const Mode& mode) const override {
    check_input(x, parameters.rows(), input_, "mlp");
    Tensor h_KBD = x.dim() == 3 ? x : x.flatten(2);
    if (h_KBD.size(0) != parameters.rows()) h_KBD = h_KBD.expand({parameters.rows(), -1, -1});
    Outputs outputs;
    for (std::int64_t layer = 0; layer <= depth_; ++layer) {
      const int slice = static_cast<int>(2 * layer);
      if (layer == depth_ && mode.want_features) outputs.features_KBD = h_KBD;
      Tensor sum_KBD =
          at::baddbmm(parameters[slice + 1].unsqueeze(1), h_KBD, parameters[slice]);
      h_KBD = layer == depth_ ? sum_KBD : at::relu_(sum_KBD);
    }
    outputs.logits_KBC = h_KBD;
    return outputs;
  }

  const Layout& layout() const override { return layout_; }
  std::int64_t classes() const override { return classes_; }
  double forward_flops() const override { return flops_; }
  std::unique_ptr<DirectPass> direct_pass(const Tensor& theta_KP) const override {
    return theta_KP.is_cpu() ? make_mlp_pass(widths_, input_, theta_KP) : nullptr;
  }

 private:
  std::vector<std::int64_t> input_;
  std::int64_t depth_, classes_;
  std::vector<std::int64_t> widths_;  // inputs, hidden layers, classes
  Layout layout_;
  double flops_ = 0;
};

}  // namespace

std::shared_ptr<const Network> make_mlp(std::int64_t width, std::int64_t depth,
                                        std::int64_t features, std::vector<std::int64_t> input,
                                        std::int64_t classes) {
  return std::make_shared<Mlp>(width, depth, features, std::move(input), classes);
}

}  // namespace assay
