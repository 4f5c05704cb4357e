#include "sdk/internal/shape_text.h"
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
class PlainDecoder final : public Decoder {
 public:
  PlainDecoder(const TransformerShape& shape, TransformerParts parts, std::int64_t rows,
               std::int64_t batch, std::int64_t length)
      : shape_(shape),
        parts_(std::move(parts)),
        rotary_(rotation(shape, length, parts_.embed)),
        rows_(rows),
        batch_(batch),
        length_(length) {
    for (std::int64_t i = 0; i < shape.depth; ++i) {
      for (Tensor* cache : {&keys_.emplace_back(), &values_.emplace_back()}) {
        // Zeros: what no sequence has reached is weighted with zero, and must be a number.
        *cache = at::zeros({rows_ * batch, shape.kv_heads, length, shape.head_width()},
                           parts_.embed.options());
      }
    }
  }

  Tensor prefill(const Tensor& tokens_KBT, const Tensor& length_KB) override {
    const at::NoGradGuard no_record;
    const std::int64_t time = tokens_KBT.dim() == 3 ? tokens_KBT.size(2) : 0;
    expect("prompts", tokens_KBT, {rows_, batch_, time});
    expect("prompts' lengths", length_KB, {rows_, batch_});
    if (time < 1 || time > length_) too_long(time);
    if (length_KB.numel() > 0 && (length_KB.lt(1).any() | length_KB.gt(time).any()).item<bool>()) {
      throw Error("decoder: prompts' lengths must be between 1 and " + std::to_string(time));
    }
    used_S_ = at::zeros({rows_ * batch_}, parts_.embed.options().dtype(at::kLong));
    longest_ = 0;
    const Tensor length_S = length_KB.to(used_S_.options()).reshape(-1).clone();
    const Tensor last_KBW = append(tokens_KBT, length_S - 1);
    used_S_ = length_S;
    find_longest();
    return parts_.head(last_KBW);
  }

  // An ended sequence has some token's key and value computed, where nothing looks at them: at the
  // place of its next token, or at its last, since it ends.
  Tensor step(const Tensor& tokens_KB) override {
    const at::NoGradGuard no_record;
    expect("tokens", tokens_KB, {rows_, batch_});
    if (!used_S_.defined()) throw Error("decoder: step() comes after prefill()");
    const Tensor goes_on_S = tokens_KB.to(used_S_.options()).reshape(-1).ge(0);
    const Tensor after_S = used_S_ + goes_on_S;
    const auto longest = after_S.numel() > 0 ? after_S.max().item<std::int64_t>() : 0;
    if (longest > length_) too_long(longest);
    used_S_ = used_S_.clamp_max(length_ - 1);
    longest_ = std::min(longest_, length_ - 1);
    const Tensor h_KBW = append(tokens_KB.clamp_min(0).unsqueeze(2), at::zeros_like(used_S_));
    used_S_ = after_S;
    longest_ = longest;
    return parts_.head(h_KBW);
  }

  void keep(const Tensor& place_KB) override {
    const at::NoGradGuard no_record;
    if (!used_S_.defined()) throw Error("decoder: keep() comes after prefill()");
    const std::int64_t kept = place_KB.dim() == 2 ? place_KB.size(1) : 0;
    expect("places", place_KB, {rows_, kept});
    if (kept > 0 && (place_KB.lt(0).any() | place_KB.ge(batch_).any()).item<bool>()) {
      throw Error("decoder: places must be between 0 and " + std::to_string(batch_ - 1));
    }
    const Tensor first_K1 = at::arange(rows_, used_S_.options()).mul_(batch_).unsqueeze(1);
    const Tensor place_S = (place_KB.to(used_S_.options()) + first_K1).reshape(-1);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      keys_[i] = keys_[i].index_select(0, place_S);
      values_[i] = values_[i].index_select(0, place_S);
    }
    used_S_ = used_S_.index_select(0, place_S);
    batch_ = kept;
    find_longest();
  }

 private:
  void expect(const char* what, const Tensor& came, const std::vector<std::int64_t>& shape) const {
    if (came.sizes() == at::IntArrayRef(shape)) return;
    throw Error(std::string("decoder: ") + what + " must be " + shape_text(shape) + ", but are " +
                shape_text(came));
  }

  [[noreturn]] void too_long(std::int64_t time) const {
    throw Error("decoder: it was made for sequences of 1 to " + std::to_string(length_) +
                " tokens, and one would have " + std::to_string(time));
  }

  void find_longest() { longest_ = used_S_.numel() > 0 ? used_S_.max().item<std::int64_t>() : 0; }

  // Runs the tokens behind what is there; the normed residual stream at each sequence's new token
  // number at_S, [K, B, width].
  Tensor append(const Tensor& tokens_KBT, const Tensor& at_S) {
    const std::int64_t time = tokens_KBT.size(2), sequences = rows_ * batch_;
    const Tensor token = checked_tokens(tokens_KBT, shape_.vocabulary).to(used_S_.device());
    Tensor h_KNW = parts_.embedded(token.flatten(1));
    const Tensor place_ST = used_S_.unsqueeze(1) + at::arange(time, used_S_.options());
    const std::int64_t reach = longest_ + time;  // no key lies beyond
    const Tensor seen_S1TL =
        at::arange(reach, used_S_.options()).le(place_ST.unsqueeze(2)).unsqueeze(1);
    const Rotation rotary{angles(rotary_.cosine, place_ST), angles(rotary_.sine, place_ST)};
    const Tensor slot = place_ST.view({sequences, 1, time, 1})
                            .expand({-1, shape_.kv_heads, -1, shape_.head_width()});
    for (std::size_t i = 0; i < parts_.blocks.size(); ++i) {
      const TransformerBlock& block = parts_.blocks[i];
      const Tensor x_KNW = rms_norm(h_KNW, block.attn_norm);
      const auto heads = [&](const Projection& projection) {
        const Tensor made = projection(x_KNW);
        return made.view({sequences, time, made.size(2) / shape_.head_width(), shape_.head_width()})
            .transpose(1, 2);
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
    const Tensor at_S1W = at_S.view({sequences, 1, 1}).expand({-1, -1, shape_.width});
    const Tensor last_KBW = h_KNW.view({sequences, time, shape_.width}).gather(1, at_S1W);
    return rms_norm(last_KBW.view({rows_, batch_, shape_.width}), parts_.norm);
  }

  Tensor angles(const Tensor& table, const Tensor& place_ST) const {
    return table.index_select(0, place_ST.reshape(-1))
        .view({place_ST.size(0), 1, place_ST.size(1), table.size(1)});
  }

  TransformerShape shape_;
  TransformerParts parts_;
  Rotation rotary_;
  std::int64_t rows_, batch_, length_;
  std::int64_t longest_ = 0;           // tokens of the longest sequence
  std::vector<Tensor> keys_, values_;  // of each block [S, kv_heads, length, head_width]
  Tensor used_S_;                      // tokens of each sequence
};

}  // namespace

std::unique_ptr<Decoder> make_plain_decoder(const TransformerShape& shape, TransformerParts parts,
                                            std::int64_t rows, std::int64_t batch,
                                            std::int64_t length) {
  if (length < 1 || length > shape.context) {
    throw Error("decoder: sequences may have 1 to " + std::to_string(shape.context) +
                " tokens, the network's context, but " + std::to_string(length) + " are asked for");
  }
  return std::make_unique<PlainDecoder>(shape, std::move(parts), rows, batch, length);
}

}  // namespace assay
