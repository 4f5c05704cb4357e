#include "sdk/families/support/linear_network.h"

#include "sdk/internal/networks.h"

#include <ATen/ATen.h>

namespace assay {
namespace {

class Linear final : public Network {
 public:
  Linear(std::int64_t features, std::int64_t outputs) : features_(features), outputs_(outputs) {
    layout_.add("head.weight", {features, outputs}, Initial::zero, features);
  }

  Outputs forward(const ParameterView& parameters, const Tensor& x,
                  const Mode& mode) const override {
    check_input(x, parameters.rows(), {features_}, "linear");
    const Tensor x_KBD = x.size(0) == parameters.rows() ? x : x.expand({parameters.rows(), -1, -1});
    Outputs outputs;
    if (mode.want_features) outputs.features_KBD = x_KBD;
    outputs.logits_KBC = x_KBD.bmm(parameters[0]);
    return outputs;
  }

  const Layout& layout() const override { return layout_; }
  std::int64_t classes() const override { return outputs_; }
  double forward_flops() const override { return 2.0 * static_cast<double>(layout_.size()); }

 private:
  std::int64_t features_, outputs_;
  Layout layout_;
};

}  // namespace

std::shared_ptr<const Network> make_linear(std::int64_t features, std::int64_t outputs) {
  return std::make_shared<Linear>(features, outputs);
}

}  // namespace assay
