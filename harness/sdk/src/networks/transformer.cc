#include "sdk/internal/transformer.h"
#include "sdk/internal/checked_tokens.h"

#include <ATen/ATen.h>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <utility>

namespace assay {
namespace {

void add_slices(const TransformerShape& shape, Layout& layout) {
  const std::int64_t width = shape.width, keys = shape.key_width(), hidden = shape.hidden;
  constexpr double deviation = 0.02;
  const double residual = deviation / std::sqrt(2.0 * static_cast<double>(shape.depth));
  layout.add_normal("embed.weight", {shape.vocabulary, width}, deviation);
  for (std::int64_t i = 0; i < shape.depth; ++i) {
    const std::string block = "block" + std::to_string(i);
    layout.add(block + ".attn.norm.weight", {width}, Initial::one);
    layout.add_normal(block + ".attn.q.weight", {width, width}, deviation);
    layout.add_normal(block + ".attn.k.weight", {width, keys}, deviation);
    layout.add_normal(block + ".attn.v.weight", {width, keys}, deviation);
    layout.add_normal(block + ".attn.o.weight", {width, width}, residual);
    layout.add(block + ".mlp.norm.weight", {width}, Initial::one);
    if (shape.swiglu) layout.add_normal(block + ".mlp.gate.weight", {width, hidden}, deviation);
    layout.add_normal(block + ".mlp.up.weight", {width, hidden}, deviation);
    layout.add_normal(block + ".mlp.down.weight", {hidden, width}, residual);
  }
  layout.add("norm.weight", {width}, Initial::one);
  if (!shape.tied) layout.add_normal("head.weight", {width, shape.vocabulary}, deviation);
}

// Of one item. A position's attention is a product with the positions up to it.
double count_flops(const TransformerShape& shape) {
  const auto real = [](std::int64_t value) { return static_cast<double>(value); };
  const double time = real(shape.input.back());
  const double tokens =
      std::accumulate(shape.input.begin(), shape.input.end(), 1.0, std::multiplies<>());
  const double projections = 2 * real(shape.width) * real(shape.width + shape.key_width());
  const double mlp = (shape.swiglu ? 3 : 2) * real(shape.width) * real(shape.hidden);
  const double attention = 2 * real(shape.width) * (time + 1) / 2;
  const double head = real(shape.width) * real(shape.vocabulary);
  return 2 * tokens * (real(shape.depth) * (projections + mlp + attention) + head);
}

Tensor attention(const TransformerShape& shape, const TransformerBlock& block, const Tensor& x_KNW,
                 std::int64_t time, const Rotation& rotary) {
  const auto heads = [&](const Projection& projection) {
    return heads_of(projection(x_KNW), time, shape.head_width());
  };
  const Tensor mixed = at::scaled_dot_product_attention(
      rotated(heads(block.q), rotary), rotated(heads(block.k), rotary), heads(block.v),
      /*attn_mask=*/{}, /*dropout_p=*/0, /*is_causal=*/true, /*scale=*/{}, /*enable_gqa=*/true);
  return mixed.transpose(1, 2).reshape(x_KNW.sizes());
}

class Transformer final : public Network {
 public:
  explicit Transformer(const TransformerShape& shape) : shape_(shape), flops_(count_flops(shape)) {
    add_slices(shape, layout_);
  }

  Outputs forward(const ParameterView& parameters, const Tensor& x,
                  const Mode& mode) const override {
    return transformer_outputs(shape_, {shape_, parameters}, parameters.rows(), x, mode);
  }

  const Layout& layout() const override { return layout_; }
  std::int64_t classes() const override { return shape_.vocabulary; }
  double forward_flops() const override { return flops_; }
  std::unique_ptr<DirectPass> direct_pass(const Tensor& theta_KP) const override {
    return theta_KP.is_cpu() ? make_transformer_pass(shape_, layout_, theta_KP) : nullptr;
  }
  bool causal() const override { return true; }
  std::unique_ptr<Decoder> decoder(const Tensor& theta_KP, std::int64_t batch,
                                   std::int64_t length) const override {
    const bool direct =
        theta_KP.scalar_type() == at::kFloat || theta_KP.scalar_type() == at::kDouble;
    if (direct && theta_KP.is_cpu())
      return make_direct_decoder(shape_, layout_, theta_KP, batch, length);
    return make_plain_decoder(shape_, {shape_, ParameterView(layout_, theta_KP.detach())},
                              theta_KP.size(0), batch, length);
  }

  const TransformerShape& shape() const { return shape_; }

 private:
  TransformerShape shape_;
  Layout layout_;
  double flops_;
};

}  // namespace

Tensor residual_stream(const TransformerShape& shape, const TransformerParts& parts,
                       std::int64_t rows, const Tensor& x) {
  const std::int64_t time = x.dim() > 0 ? x.size(-1) : 0;
  const std::int64_t sequences = check_sequences(shape, x, rows);
  const Rotation rotary = rotation(shape, time, parts.embed);
  Tensor token_KN = checked_tokens(x, shape.vocabulary, "transformer: inputs")
                        .reshape({x.size(0), sequences * time});
  if (x.size(0) != rows) token_KN = token_KN.expand({rows, -1});
  Tensor h_KNW = parts.embedded(token_KN);
  for (const TransformerBlock& block : parts.blocks) {
    const Tensor x_KNW = rms_norm(h_KNW, block.attn_norm);
    h_KNW = h_KNW + block.o(attention(shape, block, x_KNW, time, rotary));
    h_KNW = h_KNW + feed_forward(block, h_KNW, shape.swiglu);
  }
  return h_KNW;
}

Outputs transformer_outputs(const TransformerShape& shape, const TransformerParts& parts,
                            std::int64_t rows, const Tensor& x, const Mode& mode) {
  const Tensor features_KNW = rms_norm(residual_stream(shape, parts, rows, x), parts.norm);
  std::vector<std::int64_t> sizes = x.sizes().vec();
  sizes[0] = rows;
  sizes.push_back(shape.vocabulary);
  Outputs outputs;
  outputs.logits_KBC = parts.head(features_KNW).view(sizes);
  sizes.back() = shape.width;
  if (mode.want_features) outputs.features_KBD = features_KNW.view(sizes);
  return outputs;
}

const TransformerShape* transformer_shape(const Network& network) {
  const auto* transformer = dynamic_cast<const Transformer*>(&network);
  return transformer == nullptr ? nullptr : &transformer->shape();
}

std::shared_ptr<const Network> make_transformer(const TransformerShape& shape) {
  return std::make_shared<Transformer>(shape);
}

}  // namespace assay
