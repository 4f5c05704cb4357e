#include <assay/sampling.h>

#include "sdk/internal/checked_tokens.h"
#include "sdk/internal/next_token.h"
#include "sdk/internal/shape_text.h"
#include "sdk/internal/whole_decoder.h"

#include <assay/common/error.h>
#include <assay/decoder.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace assay {
namespace {

constexpr std::int64_t sequences_at_once = 512;  // over all rows: their caches stay small

// Draws the sequences [from, from + B) of every row of the answer.
class Drawing {
 public:
  Drawing(const Model& model, const Sampling& how, const Streams& streams, Run* run,
          Samples& samples)
      : model_(model),
        how_(how),
        streams_(streams),
        run_(run),
        next_(how, model.network->classes()),
        token_(samples.token_KNT.mutable_data_ptr<std::int64_t>()),
        mask_(samples.mask_KNT.mutable_data_ptr<float>()),
        length_(samples.length_KN.mutable_data_ptr<std::int64_t>()),
        ended_(samples.ended_KN.mutable_data_ptr<bool>()),
        rows_(model.rows()),
        items_(samples.length_KN.size(1)) {}

  void draw(const Tensor& prompt_KBT, const Tensor& length_KB, std::int64_t from) {
    from_ = from;
    slots_ = prompt_KBT.size(1);
    draw_uniforms();
    slot_.assign(static_cast<std::size_t>(rows_ * slots_), 0);
    for (std::int64_t i = 0; i < rows_ * slots_; ++i) {
      const std::int64_t item = i / slots_ * items_ + from + i % slots_;
      slot_[static_cast<std::size_t>(i)] = length_[item] < how_.length ? item : -1;
    }
    if (most_alive() == 0) return;
    const std::unique_ptr<Decoder> decoder = make_decoder();
    Tensor logits_KBV = decoder->prefill(prompt_KBT, length_KB);
    for (;;) {
      const Tensor token_KB = append(logits_KBV);
      const std::int64_t alive = most_alive();
      if (alive == 0) return;
      // A decoder's keep() copies what it has: worth it once a quarter has ended.
      if (4 * alive <= 3 * slots_) {
        const Tensor place_KB = pack(alive);
        decoder->keep(place_KB);
        logits_KBV = decoder->step(token_KB.gather(1, place_KB));
      } else {
        logits_KBV = decoder->step(token_KB);
      }
    }
  }

 private:
  std::unique_ptr<Decoder> make_decoder() const {
    return how_.cached ? model_.network->decoder(model_.theta_KP, slots_, how_.length)
                       : make_whole_decoder(model_, slots_, how_.length);
  }

  // uniform_[t][k][b] decides on token t: entry `from + b` of the stream's step t.
  void draw_uniforms() {
    uniform_.clear();
    for (std::int64_t t = 0; t < how_.length; ++t) {
      uniform_.push_back(streams_.uniform_part(from_, slots_, t));
    }
    drawn_ = slots_;
  }

  std::int64_t most_alive() const {
    std::int64_t most = 0;
    for (auto row = slot_.begin(); row != slot_.end(); row += slots_) {
      most = std::max<std::int64_t>(
          most, std::count_if(row, row + slots_, [](std::int64_t item) { return item >= 0; }));
    }
    return most;
  }

  // Draws one token for every sequence that goes on, and returns them: -1 for those that have
  // ended.
  Tensor append(const Tensor& logits_KBV) {
    Tensor logits = logits_KBV.to(at::kCPU).contiguous();
    if (logits.scalar_type() != at::kDouble) logits = logits.to(at::kFloat);  // halves too
    Tensor token_KB = at::empty({rows_, slots_}, at::kLong);
    auto* token = token_KB.mutable_data_ptr<std::int64_t>();
    const bool single = logits.scalar_type() == at::kFloat;
    for (std::int64_t i = 0; i < rows_ * slots_; ++i) {
      const std::int64_t at = i * logits.size(2);
      token[i] = single ? append_to(i, logits.const_data_ptr<float>() + at)
                        : append_to(i, logits.const_data_ptr<double>() + at);
    }
    return token_KB;
  }

  template <class Real>
  std::int64_t append_to(std::int64_t place, const Real* logits) {
    std::int64_t& item = slot_[static_cast<std::size_t>(place)];
    if (item < 0) return -1;
    const std::int64_t row = place / slots_, t = length_[item];
    if (!next_.weigh(logits)) {
      fail(row, t);
      item = -1;
      return -1;
    }
    const double u = uniform_[static_cast<std::size_t>(t)]
                         .const_data_ptr<double>()[row * drawn_ + item % items_ - from_];
    const std::int64_t token = next_.at(u);
    token_[item * how_.length + t] = token;
    mask_[item * how_.length + t] = 1;
    length_[item] = t + 1;
    ended_[item] = token == how_.stop;
    if (ended_[item] || t + 1 == how_.length) item = -1;
    return item < 0 ? -1 : token;
  }

  void fail(std::int64_t row, std::int64_t t) const {
    const std::string text =
        "logits became non-finite while token " + std::to_string(t) + " was drawn";
    if (run_ == nullptr) throw Error("draw_sequences: row " + std::to_string(row) + ": " + text);
    run_->fail_row(row, text);
  }

  // Puts each row's living sequences first; entry [k, b] is the slot that b was. Rows with fewer
  // are filled up with slots that have ended.
  Tensor pack(std::int64_t alive) {
    Tensor place_KB = at::zeros({rows_, alive}, at::kLong);
    auto* place = place_KB.mutable_data_ptr<std::int64_t>();
    std::vector<std::int64_t> packed(static_cast<std::size_t>(rows_ * alive), -1);
    for (std::int64_t row = 0; row < rows_; ++row) {
      std::int64_t to = row * alive, rest = 0;
      for (std::int64_t b = 0; b < slots_; ++b) {
        const std::int64_t item = slot_[static_cast<std::size_t>(row * slots_ + b)];
        if (item < 0) {
          rest = b;
          continue;
        }
        packed[static_cast<std::size_t>(to)] = item;
        place[to++] = b;
      }
      std::fill(place + to, place + (row + 1) * alive, rest);
    }
    slot_ = std::move(packed);
    slots_ = alive;
    return place_KB;
  }

  const Model& model_;
  const Sampling& how_;
  const Streams& streams_;
  Run* run_;
  NextToken next_;
  std::int64_t* token_;
  float* mask_;
  std::int64_t* length_;
  bool* ended_;
  std::int64_t rows_, items_, from_ = 0, slots_ = 0, drawn_ = 0;
  std::vector<std::int64_t>
      slot_;  // the item (row * N + n) in each place of the decoder; -1: ended
  std::vector<Tensor> uniform_;
};

void check(const Model& model, const Tensor& prompt_KNT, const Tensor& length_KN,
           const Sampling& how, const Streams& streams) {
  if (prompt_KNT.dim() != 3 || prompt_KNT.size(0) != model.rows() || prompt_KNT.size(2) < 1 ||
      (length_KN.defined() && length_KN.sizes() != prompt_KNT.sizes().slice(0, 2)) ||
      streams.rows() != model.rows()) {
    throw Error(
        "draw_sequences: expected prompts [K, N, T], their lengths [K, N] and K streams for " +
        std::to_string(model.rows()) + " models, got " + shape_text(prompt_KNT) + ", " +
        (length_KN.defined() ? shape_text(length_KN) : "no lengths") + " and " +
        std::to_string(streams.rows()) + " streams");
  }
  if (how.length < prompt_KNT.size(2)) {
    throw Error("draw_sequences: prompts of " + std::to_string(prompt_KNT.size(2)) +
                " tokens do not fit into sequences of " + std::to_string(how.length));
  }
  if (!length_KN.defined() || length_KN.numel() == 0) return;
  if (length_KN.min().item<std::int64_t>() < 1 ||
      length_KN.max().item<std::int64_t>() > prompt_KNT.size(2)) {
    throw Error("draw_sequences: a prompt's length must be 1 to " +
                std::to_string(prompt_KNT.size(2)) + ", but they are from " +
                std::to_string(length_KN.min().item<std::int64_t>()) + " to " +
                std::to_string(length_KN.max().item<std::int64_t>()));
  }
}

}  // namespace

Samples draw_sequences(const Model& model, const Tensor& prompt_KNT, const Tensor& length_KN,
                       const Sampling& how, const Streams& streams, Run* run) {
  check(model, prompt_KNT, length_KN, how, streams);
  const at::NoGradGuard no_record;
  const std::int64_t rows = model.rows(), items = prompt_KNT.size(1), width = prompt_KNT.size(2);
  Samples samples;
  samples.length_KN = length_KN.defined() ? length_KN.to(at::kCPU, at::kLong).clone().contiguous()
                                          : at::full({rows, items}, width, at::kLong);
  const Tensor behind_KNT = at::arange(width).ge(samples.length_KN.unsqueeze(2));
  const Tensor prompt = checked_tokens(prompt_KNT.to(at::kCPU).masked_fill(behind_KNT, 0),
                                       model.network->classes(), "draw_sequences: prompts");
  samples.token_KNT = at::constant_pad_nd(prompt, {0, how.length - width}, 0).contiguous();
  samples.mask_KNT = at::zeros(samples.token_KNT.sizes(), at::kFloat);
  samples.ended_KN = at::zeros({rows, items}, at::kBool);
  Model fixed = model;
  fixed.theta_KP = model.theta_KP.detach().contiguous();
  Drawing drawing(fixed, how, streams, run, samples);
  const Tensor start_KN = samples.length_KN.clone();
  const std::int64_t chunk =
      std::max<std::int64_t>(sequences_at_once / std::max<std::int64_t>(rows, 1), 1);
  for (std::int64_t from = 0; from < items; from += chunk) {
    const std::int64_t to = std::min(from + chunk, items);
    drawing.draw(
        samples.token_KNT.slice(1, from, to).slice(2, 0, width).to(model.theta_KP.device()),
        start_KN.slice(1, from, to).to(model.theta_KP.device()), from);
  }
  for (std::int64_t row = 0; run != nullptr && row < rows; ++row) {
    run->costs(row).forward_samples += items;
    run->costs(row).flops += model.network->forward_flops() * static_cast<double>(items);
  }
  return samples;
}

}  // namespace assay
