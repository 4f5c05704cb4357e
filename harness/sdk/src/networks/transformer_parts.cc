#include "sdk/internal/shape_text.h"
#include "sdk/internal/transformer.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <cmath>
#include <string>

namespace assay {
Tensor Projection::operator()(const Tensor& x_KNI) const {
  const Tensor y_KNO = weight.size(0) == x_KNI.size(0) ? at::bmm(x_KNI, weight)
                                                       : at::matmul(x_KNI, weight.squeeze(0));
  return a.defined() ? at::baddbmm(y_KNO, at::bmm(x_KNI, a), b, /*beta=*/1, scale) : y_KNO;
}

Projection& TransformerBlock::projection(std::string_view name) {
  if (name == "attn.q") return q;
  if (name == "attn.k") return k;
  if (name == "attn.v") return v;
  if (name == "attn.o") return o;
  if (name == "mlp.gate") return gate;
  return name == "mlp.up" ? up : down;
}

TransformerParts::TransformerParts(const TransformerShape& shape, const ParameterView& parameters) {
  int slice = 0;
  const auto next = [&]() -> const Tensor& { return parameters[slice++]; };
  embed = next();
  for (std::int64_t i = 0; i < shape.depth; ++i) {
    TransformerBlock block;
    block.attn_norm = next();
    block.q.weight = next();
    block.k.weight = next();
    block.v.weight = next();
    block.o.weight = next();
    block.mlp_norm = next();
    if (shape.swiglu) block.gate.weight = next();
    block.up.weight = next();
    block.down.weight = next();
    blocks.push_back(std::move(block));
  }
  norm = next();
  head.weight = shape.tied ? embed.transpose(1, 2) : next();
}

Tensor TransformerParts::embedded(const Tensor& token_KN) const {
  const std::int64_t rows = token_KN.size(0);
  if (embed.size(0) != rows) return at::embedding(embed.squeeze(0), token_KN);
  const Tensor first_K1 = at::arange(rows, token_KN.options()).mul_(embed.size(1)).unsqueeze(1);
  return at::embedding(embed.flatten(0, 1), token_KN + first_K1);
}

Tensor rms_norm(const Tensor& x_KNW, const Tensor& weight_KW) {
  const Tensor scale_KN1 = at::rsqrt(x_KNW.square().mean(-1, /*keepdim=*/true) + rms_epsilon);
  return x_KNW * scale_KN1 * weight_KW.unsqueeze(1);
}

Rotation rotation(const TransformerShape& shape, std::int64_t count, const Tensor& like) {
  const std::int64_t half = shape.head_width() / 2;
  const Tensor exponent = at::arange(half, at::kDouble) / static_cast<double>(half);
  const Tensor angle =
      at::outer(at::arange(count, at::kDouble), at::exp(exponent * -std::log(shape.rope_base)));
  return {angle.cos().to(like.options()), angle.sin().to(like.options())};
}

Tensor rotated(const Tensor& x, const Rotation& by) {
  const std::int64_t half = x.size(-1) / 2;
  const Tensor first = x.narrow(-1, 0, half), second = x.narrow(-1, half, half);
  return at::cat({first * by.cosine - second * by.sine, second * by.cosine + first * by.sine}, -1);
}

Tensor feed_forward(const TransformerBlock& block, const Tensor& h_KNW, bool swiglu) {
  const Tensor x_KNW = rms_norm(h_KNW, block.mlp_norm);
  const Tensor up_KNH = block.up(x_KNW);
  return block.down(swiglu ? at::silu(block.gate(x_KNW)) * up_KNH : at::gelu(up_KNH, "tanh"));
}

std::vector<BlockColumns> block_columns(const TransformerShape& shape, const Layout& layout) {
  std::vector<BlockColumns> blocks;
  for (std::int64_t i = 0; i < shape.depth; ++i) {
    const std::string block = "block" + std::to_string(i);
    const auto at = [&](const char* name) { return layout.at(block + name).offset; };
    blocks.push_back({at(".attn.norm.weight"), at(".attn.q.weight"), at(".attn.k.weight"),
                      at(".attn.v.weight"), at(".attn.o.weight"), at(".mlp.norm.weight"),
                      shape.swiglu ? at(".mlp.gate.weight") : 0, at(".mlp.up.weight"),
                      at(".mlp.down.weight")});
  }
  return blocks;
}

Tensor heads_of(const Tensor& x_KNO, std::int64_t time, std::int64_t head_width) {
  return x_KNO.view({-1, time, x_KNO.size(2) / head_width, head_width}).transpose(1, 2);
}

std::int64_t check_sequences(const TransformerShape& shape, const Tensor& x, std::int64_t rows) {
  if (x.dim() >= 3 && (x.size(0) == rows || x.size(0) == 1) && x.size(-1) >= 1 &&
      x.size(-1) <= shape.context) {
    std::int64_t sequences = 1;
    for (std::int64_t axis = 1; axis + 1 < x.dim(); ++axis) sequences *= x.size(axis);
    return sequences;
  }
  throw Error("transformer: inputs must be [" + std::to_string(rows) + " or 1, batch, ..., 1 to " +
              std::to_string(shape.context) + "], but are " + shape_text(x));
}

}  // namespace assay
