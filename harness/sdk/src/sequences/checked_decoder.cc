#include "sdk/internal/checked_decoder.h"

#include "sdk/internal/checked_tokens.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <string>

namespace assay {
namespace {

std::int64_t largest(const Tensor& value) {
  return value.numel() > 0 ? value.max().item<std::int64_t>() : 0;
}

}  // namespace

Tensor CheckedDecoder::prefill(const Tensor& tokens_KBT, const Tensor& length_KB) {
  const at::NoGradGuard no_record;
  const std::int64_t time = tokens_KBT.dim() == 3 ? tokens_KBT.size(2) : 0;
  expect("prompts", tokens_KBT, {rows_, batch_, time});
  expect("prompts' lengths", length_KB, {rows_, batch_});
  if (time < 1) expect("prompts", tokens_KBT, {rows_, batch_, 1});
  expect_room(time);
  const Tensor length = length_KB.to(at::kCPU, at::kLong).contiguous();
  if ((length.lt(1) | length.gt(time)).any().item<bool>()) {
    throw Error("decoder: prompts' lengths must be between 1 and " + std::to_string(time));
  }
  const Tensor token =
      checked_tokens(tokens_KBT.to(at::kCPU), vocabulary_, "decoder: prompts").contiguous();
  used_KB_ = at::zeros_like(length);
  const Tensor logits_KBV = start(token, length);
  used_KB_ = length.clone();
  return logits_KBV;
}

Tensor CheckedDecoder::step(const Tensor& tokens_KB) {
  const at::NoGradGuard no_record;
  expect("tokens", tokens_KB, {rows_, batch_});
  if (!used_KB_.defined()) throw Error("decoder: step() comes after prefill()");
  const Tensor came = tokens_KB.to(at::kCPU).clamp_min(-1), ended_KB = came.eq(-1);
  const Tensor token =
      checked_tokens(came.masked_fill(ended_KB, 0), vocabulary_, "decoder: tokens that go on");
  const Tensor after_KB = used_KB_ + ended_KB.logical_not();
  expect_room(largest(after_KB));
  const Tensor logits_KBV = append(token.masked_fill(ended_KB, -1).contiguous());
  used_KB_ = after_KB;
  return logits_KBV;
}

void CheckedDecoder::keep(const Tensor& place_KB) {
  const at::NoGradGuard no_record;
  if (!used_KB_.defined()) throw Error("decoder: keep() comes after prefill()");
  const std::int64_t kept = place_KB.dim() == 2 ? place_KB.size(1) : 0;
  expect("places", place_KB, {rows_, kept});
  const Tensor place = place_KB.to(at::kCPU, at::kLong).contiguous();
  if ((place.lt(0) | place.ge(batch_)).any().item<bool>()) {
    throw Error("decoder: places must be between 0 and " + std::to_string(batch_ - 1));
  }
  take(place);
  used_KB_ = used_KB_.gather(1, place);
  batch_ = kept;
}

void CheckedDecoder::expect(const char* what, const Tensor& came,
                            const std::vector<std::int64_t>& shape) const {
  if (came.sizes() == at::IntArrayRef(shape)) return;
  throw Error(std::string("decoder: ") + what + " must be " + shape_text(shape) + ", but are " +
              shape_text(came));
}

void CheckedDecoder::expect_room(std::int64_t tokens) const {
  if (tokens <= length_) return;
  throw Error("decoder: it was made for sequences of 1 to " + std::to_string(length_) +
              " tokens, and one would have " + std::to_string(tokens));
}

}  // namespace assay
