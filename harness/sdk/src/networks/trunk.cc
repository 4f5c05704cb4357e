#include "sdk/internal/transformer.h"

#include <assay/activations.h>
#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <string>

namespace assay {
namespace {

std::string weight_name(std::int64_t layer) {
  return "layer" + std::to_string(layer) + ".weight";
}

std::int64_t layers_of(const Network& network) {
  if (const TransformerShape* shape = transformer_shape(network)) return shape->depth;
  std::int64_t layers = 0;
  while (const Slice* slice = network.layout().find(weight_name(layers))) {
    if (slice->shape.size() != 2) break;  // a convolution
    ++layers;
  }
  return layers;
}

// Hidden layers 0..last of an mlp.
class MlpTrunk final : public Network {
 public:
  MlpTrunk(const Layout& whole, std::int64_t last) : layers_(last + 1) {
    for (int i = 0; i < 2 * layers_; ++i) {
      const Slice& slice = whole.slices()[static_cast<std::size_t>(i)];
      layout_.add(slice.name, slice.shape, slice.initial, slice.fan_in);
      if (i % 2 == 0) flops_ += 2.0 * static_cast<double>(slice.size);
      width_ = slice.shape.back();
    }
  }

  Outputs forward(const ParameterView& parameters, const Tensor& x, const Mode&) const override {
    Tensor h_KBD = x.dim() == 3 ? x : x.flatten(2);
    if (h_KBD.size(0) != parameters.rows()) h_KBD = h_KBD.expand({parameters.rows(), -1, -1});
    for (int layer = 0; layer < layers_; ++layer) {
      h_KBD =
          at::baddbmm(parameters[2 * layer + 1].unsqueeze(1), h_KBD, parameters[2 * layer]).relu();
    }
    return {h_KBD, {}};
  }
  const Layout& layout() const override { return layout_; }
  std::int64_t classes() const override { return width_; }
  double forward_flops() const override { return flops_; }

 private:
  std::int64_t layers_, width_ = 0;
  Layout layout_;
  double flops_ = 0;
};

// Blocks 0..last of a transformer. Its layout is that of the smaller transformer, whose last norm
// has no part in the outputs and keeps its values.
class TransformerTrunk final : public Network {
 public:
  TransformerTrunk(TransformerShape shape, std::int64_t last) : shape_(std::move(shape)) {
    shape_.depth = last + 1;
    shape_.tied = true;
    smaller_ = make_transformer(shape_);
  }

  Outputs forward(const ParameterView& parameters, const Tensor& x, const Mode&) const override {
    std::vector<std::int64_t> sizes = x.sizes().vec();
    sizes[0] = parameters.rows();
    sizes.push_back(shape_.width);
    return {residual_stream(shape_, {shape_, parameters}, parameters.rows(), x).view(sizes), {}};
  }
  const Layout& layout() const override { return smaller_->layout(); }
  std::int64_t classes() const override { return shape_.width; }
  double forward_flops() const override { return smaller_->forward_flops(); }
  bool causal() const override { return true; }

 private:
  TransformerShape shape_;
  std::shared_ptr<const Network> smaller_;
};

}  // namespace

bool has_trunk(const Network& network) {
  return layers_of(network) > 0;
}

Model trunk_of(const Model& model, std::int64_t layer) {
  const std::int64_t layers = layers_of(*model.network);
  if (layer < 0 || layer >= layers) {
    throw Error("trunk_of: there is no layer " + std::to_string(layer) + ", the network has " +
                (layers > 0 ? "hidden layers 0 to " + std::to_string(layers - 1)
                            : std::string("none whose activations are known")));
  }
  Model trunk;
  if (const TransformerShape* shape = transformer_shape(*model.network)) {
    trunk.network = std::make_shared<TransformerTrunk>(*shape, layer);
  } else {
    trunk.network = std::make_shared<MlpTrunk>(model.network->layout(), layer);
  }
  trunk.theta_KP = at::zeros({model.rows(), trunk.network->layout().size()},
                             model.theta_KP.options().requires_grad(false));
  copy_slices(model, trunk);
  return trunk;
}

}  // namespace assay
