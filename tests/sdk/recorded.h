// A network without its hand-written passes.
#pragma once

#include <assay/network.h>

#include <memory>
#include <utility>

namespace assay::testing {

class Recorded final : public Network {
 public:
  explicit Recorded(std::shared_ptr<const Network> network) : network_(std::move(network)) {}
  Outputs forward(const ParameterView& parameters, const Tensor& x,
                  const Mode& mode) const override {
    return network_->forward(parameters, x, mode);
  }
  const Layout& layout() const override { return network_->layout(); }
  std::int64_t classes() const override { return network_->classes(); }
  double forward_flops() const override { return network_->forward_flops(); }
  bool causal() const override { return network_->causal(); }

 private:
  std::shared_ptr<const Network> network_;
};

inline Model recorded(const Model& model) {
  return {std::make_shared<Recorded>(model.network), model.theta_KP};
}

}  // namespace assay::testing
