#include "sdk/internal/whole_decoder.h"

#include "sdk/internal/checked_decoder.h"

#include <ATen/ATen.h>
#include <algorithm>

namespace assay {
namespace {

class WholeDecoder final : public CheckedDecoder {
 public:
  WholeDecoder(const Model& model, std::int64_t batch, std::int64_t length)
      : CheckedDecoder(model.rows(), batch, length, model.network->classes()),
        network_(model.network),
        parameters_(network_->layout(), model.theta_KP),
        options_(model.theta_KP.options()) {}

 private:
  Tensor start(const Tensor& tokens_KBT, const Tensor& length_KB) override {
    tokens_KBT_ = at::constant_pad_nd(tokens_KBT, {0, length() - tokens_KBT.size(2)}, 0);
    return logits(length_KB);
  }

  Tensor append(const Tensor& tokens_KB) override {
    const Tensor going_KB = tokens_KB.ge(0);
    const Tensor place_KB1 = used_KB().clamp_max(length() - 1).unsqueeze(2);
    const Tensor token_KB1 =
        at::where(going_KB.unsqueeze(2), tokens_KB.unsqueeze(2), tokens_KBT_.gather(2, place_KB1));
    tokens_KBT_ = tokens_KBT_.scatter(2, place_KB1, token_KB1);
    return logits(used_KB() + going_KB);
  }

  void take(const Tensor& place_KB) override {
    tokens_KBT_ = tokens_KBT_.gather(
        1, place_KB.unsqueeze(2).expand({place_KB.size(0), place_KB.size(1), length()}));
  }

  // Of the token after each sequence's first length_KB.
  Tensor logits(const Tensor& length_KB) const {
    const auto longest = length_KB.numel() > 0 ? length_KB.max().item<std::int64_t>() : 1;
    const Tensor x_KBT = tokens_KBT_.slice(2, 0, longest).to(options_);
    const Tensor logits_KBTV = network_->forward(parameters_, x_KBT, {}).logits_KBC;
    const Tensor last_KB11 = (length_KB - 1).unsqueeze(2).unsqueeze(3).to(options_.device());
    return logits_KBTV
        .gather(2, last_KB11.expand({last_KB11.size(0), last_KB11.size(1), 1, logits_KBTV.size(3)}))
        .squeeze(2);
  }

  std::shared_ptr<const Network> network_;
  ParameterView parameters_;
  at::TensorOptions options_;
  Tensor tokens_KBT_;  // int64 on the CPU
};

}  // namespace

std::unique_ptr<Decoder> make_whole_decoder(const Model& model, std::int64_t batch,
                                            std::int64_t length) {
  return std::make_unique<WholeDecoder>(model, batch, length);
}

}  // namespace assay
