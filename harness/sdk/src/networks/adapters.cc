#include "sdk/internal/transformer.h"

#include <assay/adapters.h>
#include <assay/common/error.h>
#include <assay/common/text.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <cmath>
#include <utility>

namespace assay {
namespace {

class Adapted final : public Network {
 public:
  Adapted(const Model& base, const TransformerShape& shape, const AdapterSpec& spec)
      : base_{base.network, base.theta_KP.detach()},
        shape_(shape),
        scale_(spec.alpha / static_cast<double>(spec.rank)),
        projections_(spec.projections),
        flops_(base.network->forward_flops()) {
    double tokens = 1;
    for (const std::int64_t size : shape.input) tokens *= static_cast<double>(size);
    for (std::int64_t block = 0; block < shape.depth; ++block) {
      for (const std::string& projection : projections_) {
        const std::string name = "block" + std::to_string(block) + "." + projection;
        const std::vector<std::int64_t>& sizes = base.network->layout().at(name + ".weight").shape;
        layout_.add_normal(name + ".A", {sizes[0], spec.rank},
                           1.0 / static_cast<double>(spec.rank));
        layout_.add(name + ".B", {spec.rank, sizes[1]}, Initial::zero);
        flops_ += 2 * tokens * static_cast<double>(spec.rank * (sizes[0] + sizes[1]));
      }
    }
  }

  Outputs forward(const ParameterView& parameters, const Tensor& x,
                  const Mode& mode) const override {
    return transformer_outputs(shape_, parts(parameters), parameters.rows(), x, mode);
  }
  const Layout& layout() const override { return layout_; }
  std::int64_t classes() const override { return shape_.vocabulary; }
  double forward_flops() const override { return flops_; }
  bool causal() const override { return true; }
  std::unique_ptr<Decoder> decoder(const Tensor& theta_KP, std::int64_t batch,
                                   std::int64_t length) const override {
    return make_plain_decoder(shape_, parts(ParameterView(layout_, theta_KP.detach())),
                              theta_KP.size(0), batch, length);
  }

  Model merged(const Tensor& theta_KP) const {
    const at::NoGradGuard no_record;
    Model whole{base_.network, base_.theta_KP.repeat({theta_KP.size(0), 1})};
    const ParameterView parameters(layout_, theta_KP);
    for (std::size_t i = 0; i < layout_.slices().size(); i += 2) {
      const std::string& a = layout_.slices()[i].name;
      Tensor weight = slice_of(whole, a.substr(0, a.size() - 1) + "weight");
      weight.baddbmm_(parameters[static_cast<int>(i)], parameters[static_cast<int>(i) + 1],
                      /*beta=*/1, scale_);
    }
    return whole;
  }

 private:
  TransformerParts parts(const ParameterView& parameters) const {
    TransformerParts parts(shape_, ParameterView(base_.network->layout(), base_.theta_KP));
    int slice = 0;
    for (TransformerBlock& block : parts.blocks) {
      for (const std::string& name : projections_) {
        Projection& projection = block.projection(name);
        projection.a = parameters[slice++];
        projection.b = parameters[slice++];
        projection.scale = scale_;
      }
    }
    return parts;
  }

  Model base_;
  TransformerShape shape_;
  double scale_;
  std::vector<std::string> projections_;
  Layout layout_;
  double flops_;
};

void check(const AdapterSpec& spec, const TransformerShape& shape) {
  if (spec.rank < 1 || spec.rank > shape.width) {
    throw Error("make_adapted: rank must be between 1 and the width, " +
                std::to_string(shape.width) + ", but is " + std::to_string(spec.rank));
  }
  if (!std::isfinite(spec.alpha)) {
    throw Error("make_adapted: alpha must be a finite number, but is " +
                std::to_string(spec.alpha));
  }
  std::vector<std::string> known = {"attn.q", "attn.k", "attn.v", "attn.o", "mlp.up", "mlp.down"};
  if (shape.swiglu) known.push_back("mlp.gate");
  if (spec.projections.empty()) {
    throw Error("make_adapted: name projections to adapt, of " + join(known, ", "));
  }
  for (const std::string& name : spec.projections) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Error("make_adapted: the base has no projection '" + name + "'" +
                  did_you_mean(name, known) + "; it has " + join(known, ", "));
    }
    if (std::count(spec.projections.begin(), spec.projections.end(), name) > 1) {
      throw Error("make_adapted: the projection '" + name + "' is named twice");
    }
  }
}

}  // namespace

std::shared_ptr<const Network> make_adapted(const Model& base, const AdapterSpec& spec) {
  const TransformerShape* shape = base.network ? transformer_shape(*base.network) : nullptr;
  if (shape == nullptr) throw Error("make_adapted: the base must be a transformer");
  if (!base.theta_KP.defined() || base.theta_KP.dim() != 2 || base.rows() != 1) {
    throw Error("make_adapted: the base must be one model, a single row; select_rows picks one");
  }
  check(spec, *shape);
  return std::make_shared<Adapted>(base, *shape, spec);
}

Model merged(const Model& adapted) {
  const auto* network = dynamic_cast<const Adapted*>(adapted.network.get());
  if (network == nullptr) throw Error("merged: the model has no adapters");
  return network->merged(adapted.theta_KP);
}

}  // namespace assay
