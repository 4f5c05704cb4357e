#include "sdk/internal/whole_decoder.h"

#include <ATen/ATen.h>

namespace assay {
namespace {

class WholeDecoder final : public Decoder {
 public:
  WholeDecoder(const Model& model, std::int64_t length)
      : network_(model.network),
        parameters_(network_->layout(), model.theta_KP),
        type_(model.theta_KP.scalar_type()),
        length_(length) {}

  Tensor prefill(const Tensor& tokens_KBT, const Tensor& length_KB) override {
    tokens_KBT_ = at::constant_pad_nd(tokens_KBT, {0, length_ - tokens_KBT.size(2)}, 0);
    length_KB_ = length_KB.clone();
    return logits();
  }

  Tensor step(const Tensor& tokens_KB) override {
    const Tensor going_KB = tokens_KB.ge(0);
    const Tensor place_KB1 = length_KB_.clamp_max(length_ - 1).unsqueeze(2);
    const Tensor token_KB1 =
        at::where(going_KB.unsqueeze(2), tokens_KB.unsqueeze(2), tokens_KBT_.gather(2, place_KB1));
    tokens_KBT_ = tokens_KBT_.scatter(2, place_KB1, token_KB1);
    length_KB_ = length_KB_ + going_KB;
    return logits();
  }

  void keep(const Tensor& place_KB) override {
    tokens_KBT_ = tokens_KBT_.gather(
        1, place_KB.unsqueeze(2).expand({place_KB.size(0), place_KB.size(1), length_}));
    length_KB_ = length_KB_.gather(1, place_KB);
  }

 private:
  // Of the token after each sequence.
  Tensor logits() const {
    const auto longest = length_KB_.max().item<std::int64_t>();
    const Tensor x_KBT = tokens_KBT_.slice(2, 0, longest).to(type_);
    const Tensor logits_KBTV = network_->forward(parameters_, x_KBT, {}).logits_KBC;
    const Tensor last_KB11 = (length_KB_ - 1).unsqueeze(2).unsqueeze(3);
    return logits_KBTV
        .gather(2, last_KB11.expand({last_KB11.size(0), last_KB11.size(1), 1, logits_KBTV.size(3)}))
        .squeeze(2);
  }

  std::shared_ptr<const Network> network_;
  ParameterView parameters_;
  at::ScalarType type_;
  std::int64_t length_;
  Tensor tokens_KBT_, length_KB_;
};

}  // namespace

std::unique_ptr<Decoder> make_whole_decoder(const Model& model, std::int64_t length) {
  return std::make_unique<WholeDecoder>(model, length);
}

}  // namespace assay
