#include "sdk/internal/checked_decoder.h"
#include "sdk/internal/transformer.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <string>
#include <utility>

namespace assay {
namespace {

// Tensor operations alone, so that it works on every device. S = K x B sequences; their rows'
// weights are used in products [K, B, ...].
class PlainDecoder final : public CheckedDecoder {
 public:
  PlainDecoder(const TransformerShape& shape, TransformerParts parts, std::int64_t rows,
               std::int64_t batch, std::int64_t length)
      : CheckedDecoder(rows, batch, length, shape.vocabulary),
        shape_(shape),
        parts_(std::move(parts)),
        rotary_(rotation(shape, length, parts_.embed)),
        index_(parts_.embed.options().dtype(at::kLong)) {
    for (std::int64_t i = 0; i < shape.depth; ++i) {
      for (Tensor* cache : {&keys_.emplace_back(), &values_.emplace_back()}) {
        // Zeros: what no sequence has reached is weighted with zero, and must be a number.
        *cache = at::zeros({rows * batch, shape.kv_heads, length, shape.head_width()},
                           parts_.embed.options());
      }
    }
  }

 private:
  Tensor start(const Tensor& tokens_KBT, const Tensor& length_KB) override {
    return run(tokens_KBT, at::zeros_like(length_KB), length_KB - 1);
  }

  // An ended sequence has some token's key and value computed, where nothing looks at them: at the
  // place of its next token, or at its last, since it ends.
  Tensor append(const Tensor& tokens_KB) override {
    return run(tokens_KB.clamp_min(0).unsqueeze(2), used_KB().clamp_max(length() - 1),
               at::zeros_like(tokens_KB));
  }

  void take(const Tensor& place_KB) override {
    const Tensor first_K1 = at::arange(rows(), at::kLong).mul_(batch()).unsqueeze(1);
    const Tensor place_S = (place_KB + first_K1).reshape(-1).to(index_.device());
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      keys_[i] = keys_[i].index_select(0, place_S);
      values_[i] = values_[i].index_select(0, place_S);
    }
  }

  // Runs the tokens behind the first used_KB of each sequence; logits after its new token at_KB.
  Tensor run(const Tensor& tokens_KBT, const Tensor& used_KB, const Tensor& at_KB) {
    const std::int64_t time = tokens_KBT.size(2), sequences = rows() * batch();
    const std::int64_t longest = used_KB.numel() > 0 ? used_KB.max().item<std::int64_t>() : 0;
    Tensor h_KNW = parts_.embedded(tokens_KBT.flatten(1).to(index_.device()));
    const Tensor used_S1 = used_KB.reshape({-1, 1}).to(index_.device());
    const Tensor place_ST = used_S1 + at::arange(time, index_);
    const std::int64_t reach = longest + time;  // no key lies beyond
    const Tensor seen_S1TL = at::arange(reach, index_).le(place_ST.unsqueeze(2)).unsqueeze(1);
    const Rotation rotary{angles(rotary_.cosine, place_ST), angles(rotary_.sine, place_ST)};
    const Tensor slot = place_ST.view({sequences, 1, time, 1})
                            .expand({-1, shape_.kv_heads, -1, shape_.head_width()});
    for (std::size_t i = 0; i < parts_.blocks.size(); ++i) {
      const TransformerBlock& block = parts_.blocks[i];
      const Tensor x_KNW = rms_norm(h_KNW, block.attn_norm);
      const auto heads = [&](const Projection& projection) {
        return heads_of(projection(x_KNW), time, shape_.head_width());
      };
      keys_[i].scatter_(2, slot, rotated(heads(block.k), rotary));
      values_[i].scatter_(2, slot, heads(block.v));
      const Tensor mixed = at::scaled_dot_product_attention(
          rotated(heads(block.q), rotary), keys_[i].narrow(2, 0, reach),
          values_[i].narrow(2, 0, reach), seen_S1TL, /*dropout_p=*/0, /*is_causal=*/false,
          /*scale=*/{}, /*enable_gqa=*/true);
      h_KNW = h_KNW + block.o(mixed.transpose(1, 2).reshape(x_KNW.sizes()));
      h_KNW = h_KNW + feed_forward(block, h_KNW, shape_.swiglu);
    }
    const Tensor at_S1W =
        at_KB.reshape({sequences, 1, 1}).expand({-1, -1, shape_.width}).to(index_.device());
    const Tensor last_S1W = h_KNW.view({sequences, time, shape_.width}).gather(1, at_S1W);
    return parts_.head(rms_norm(last_S1W.view({rows(), batch(), shape_.width}), parts_.norm));
  }

  Tensor angles(const Tensor& table, const Tensor& place_ST) const {
    return table.index_select(0, place_ST.reshape(-1))
        .view({place_ST.size(0), 1, place_ST.size(1), table.size(1)});
  }

  TransformerShape shape_;
  TransformerParts parts_;
  Rotation rotary_;
  at::TensorOptions index_;            // int64 on the parameters' device
  std::vector<Tensor> keys_, values_;  // of each block [S, kv_heads, length, head_width]
};

}  // namespace

void check_length(const TransformerShape& shape, std::int64_t length) {
  if (length >= 1 && length <= shape.context) return;
  throw Error("decoder: sequences may have 1 to " + std::to_string(shape.context) +
              " tokens, the network's context, but " + std::to_string(length) + " are asked for");
}

std::unique_ptr<Decoder> make_plain_decoder(const TransformerShape& shape, TransformerParts parts,
                                            std::int64_t rows, std::int64_t batch,
                                            std::int64_t length) {
  check_length(shape, length);
  return std::make_unique<PlainDecoder>(shape, std::move(parts), rows, batch, length);
}

}  // namespace assay
