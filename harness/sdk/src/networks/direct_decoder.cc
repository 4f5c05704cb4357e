#include "sdk/internal/checked_decoder.h"
#include "sdk/internal/kernels/decoding.h"
#include "sdk/internal/kernels/multiplier.h"
#include "sdk/internal/kernels/sequence.h"
#include "sdk/internal/transformer.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <vector>

namespace assay {
namespace {

// So many tokens go through all layers together: their activations stay in the second cache.
constexpr std::int64_t tokens_at_once = 128;

// A token that is appended to a sequence of its row.
struct Appended {
  std::int64_t sequence, position, token;
  bool asked;  // for the logits of the one after it
};

// Every row's tokens are computed by themselves, an element's sums in the same order whichever come
// together: a sequence's logits have the same bits whatever else is decoded. Ended ones cost
// nothing.
template <class Real>
class DirectDecoder final : public CheckedDecoder {
 public:
  DirectDecoder(const TransformerShape& shape, const Layout& layout, const Tensor& theta_KP,
                std::int64_t batch, std::int64_t length);

 private:
  Tensor start(const Tensor& tokens_KBT, const Tensor& length_KB) override;
  Tensor append(const Tensor& tokens_KB) override;
  void take(const Tensor& place_KB) override;

  Tensor no_logits() const {
    return at::zeros({rows(), batch(), shape_.vocabulary}, theta_KP_.options());
  }
  // Appends the tokens in order; those that are asked for write their sequence's row of logits_BV.
  void run(std::int64_t row, const std::vector<Appended>& all, Real* logits_BV);
  void run_some(std::int64_t row, const Appended* some, std::int64_t count, Real* logits_BV);
  void attend(const Appended* some, std::int64_t count, Real* cache);
  void feed_forward(const BlockColumns& at, const Real* theta, std::int64_t count);
  void answer(const Real* theta, std::int64_t row, const Appended* some, std::int64_t count,
              Real* logits_BV);
  // to [count, out] = from [count, in] W, or that added to it.
  void project(const std::vector<Real>& from, std::int64_t count, std::int64_t in,
               const Real* weight, std::int64_t out, std::vector<Real>& to, bool add = false) {
    multiply_(count, out, in, Left<Real>{from.data(), in, 1}, weight, out, to.data(), out, add);
  }

  TransformerShape shape_;
  Tensor theta_KP_;
  std::int64_t embed_, norm_, head_;
  std::vector<BlockColumns> blocks_;
  std::vector<Real> cosine_, sine_;  // [length, head width / 2]
  std::vector<Real> turned_embed_;   // [K, width, V] of tied networks
  // [K x B] sequences of [block] keys [kv heads, head width, key_row_], values [kv heads, length,
  // head width], and a margin. Nothing is read that was not written, but in lanes that do not
  // count.
  Tensor cache_;
  std::int64_t key_row_, block_size_;
  const SequenceKernels<Real>& kernels_ = sequence_kernels<Real>();
  const DecodingKernels<Real>& decoding_ = decoding_kernels<Real>();
  Multiplier<Real> multiply_;
  std::vector<Real> h_, x_, q_, k_, v_, mixed_, up_, gate_, score_, logits_;
};

template <class Real>
DirectDecoder<Real>::DirectDecoder(const TransformerShape& shape, const Layout& layout,
                                   const Tensor& theta_KP, std::int64_t batch, std::int64_t length)
    : CheckedDecoder(theta_KP.size(0), batch, length, shape.vocabulary),
      shape_(shape),
      theta_KP_(theta_KP.detach().contiguous()),
      embed_(layout.at("embed.weight").offset),
      norm_(layout.at("norm.weight").offset),
      head_(shape.tied ? embed_ : layout.at("head.weight").offset),
      blocks_(block_columns(shape, layout)),
      key_row_((length + 15) / 16 * 16),
      block_size_(shape.key_width() * (key_row_ + length)) {
  const Rotation angles = rotation(shape, length, theta_KP_);
  const auto copied = [](const Tensor& from) {
    return std::vector<Real>(from.const_data_ptr<Real>(),
                             from.const_data_ptr<Real>() + from.numel());
  };
  cosine_ = copied(angles.cosine.contiguous());
  sine_ = copied(angles.sine.contiguous());
  if (shape.tied) {
    const Tensor embed_KVW = theta_KP_.narrow(1, embed_, shape.vocabulary * shape.width)
                                 .view({rows(), shape.vocabulary, shape.width});
    turned_embed_ = copied(embed_KVW.transpose(1, 2).contiguous());
  }
  cache_ =
      at::empty({rows() * batch, shape.depth * block_size_ + query_margin}, theta_KP_.options());
  const auto room = [](std::vector<Real>& buffer, std::int64_t size) {
    buffer.resize(static_cast<std::size_t>(size + query_margin));
  };
  for (auto* buffer : {&h_, &x_, &q_, &mixed_}) room(*buffer, tokens_at_once * shape.width);
  for (auto* buffer : {&k_, &v_}) room(*buffer, tokens_at_once * shape.key_width());
  room(up_, tokens_at_once * shape.hidden);
  room(gate_, tokens_at_once * shape.hidden);
  room(logits_, tokens_at_once * shape.vocabulary);
  room(score_, length);
}

template <class Real>
Tensor DirectDecoder<Real>::start(const Tensor& tokens_KBT, const Tensor& length_KB) {
  Tensor logits_KBV = no_logits();
  const auto token = tokens_KBT.accessor<std::int64_t, 3>();
  const auto length = length_KB.accessor<std::int64_t, 2>();
  std::vector<Appended> all;
  for (std::int64_t row = 0; row < rows(); ++row) {
    all.clear();
    for (std::int64_t b = 0; b < batch(); ++b) {
      for (std::int64_t t = 0; t < length[row][b]; ++t)
        all.push_back({b, t, token[row][b][t], t + 1 == length[row][b]});
    }
    run(row, all, logits_KBV[row].mutable_data_ptr<Real>());
  }
  return logits_KBV;
}

template <class Real>
Tensor DirectDecoder<Real>::append(const Tensor& tokens_KB) {
  Tensor logits_KBV = no_logits();
  const auto token = tokens_KB.accessor<std::int64_t, 2>();
  const auto used = used_KB().template accessor<std::int64_t, 2>();
  std::vector<Appended> all;
  for (std::int64_t row = 0; row < rows(); ++row) {
    all.clear();
    for (std::int64_t b = 0; b < batch(); ++b) {
      if (token[row][b] >= 0) all.push_back({b, used[row][b], token[row][b], true});
    }
    run(row, all, logits_KBV[row].mutable_data_ptr<Real>());
  }
  return logits_KBV;
}

template <class Real>
void DirectDecoder<Real>::take(const Tensor& place_KB) {
  const Tensor first_K1 = at::arange(rows(), at::kLong).mul_(batch()).unsqueeze(1);
  cache_ = cache_.index_select(0, (place_KB + first_K1).reshape(-1));
}

template <class Real>
void DirectDecoder<Real>::run(std::int64_t row, const std::vector<Appended>& all, Real* logits_BV) {
  const auto size = static_cast<std::int64_t>(all.size());
  for (std::int64_t first = 0; first < size; first += tokens_at_once)
    run_some(row, all.data() + first, std::min(tokens_at_once, size - first), logits_BV);
}

template <class Real>
void DirectDecoder<Real>::run_some(std::int64_t row, const Appended* some, std::int64_t count,
                                   Real* logits_BV) {
  const std::int64_t width = shape_.width, keys = shape_.key_width();
  const Real* theta = theta_KP_.const_data_ptr<Real>() + row * theta_KP_.size(1);
  Real* cache = cache_.mutable_data_ptr<Real>() + row * batch() * cache_.size(1);
  for (std::int64_t i = 0; i < count; ++i)
    std::copy_n(theta + embed_ + some[i].token * width, width, h_.data() + i * width);
  for (const BlockColumns& at : blocks_) {
    decoding_.rms_norm(count, width, h_.data(), theta + at.attn_norm,
                       static_cast<Real>(rms_epsilon), x_.data());
    project(x_, count, width, theta + at.q, width, q_);
    project(x_, count, width, theta + at.k, keys, k_);
    project(x_, count, width, theta + at.v, keys, v_);
    attend(some, count, cache);
    project(mixed_, count, width, theta + at.o, width, h_, /*add=*/true);
    feed_forward(at, theta, count);
    cache += block_size_;
  }
  answer(theta, row, some, count, logits_BV);
}

// Keeps all tokens' keys and values first: later tokens of a prompt see earlier ones among them.
template <class Real>
void DirectDecoder<Real>::attend(const Appended* some, std::int64_t count, Real* cache) {
  const std::int64_t size = shape_.head_width(), half = size / 2, keys = shape_.key_width();
  const auto of = [&](const Appended& token) { return cache + token.sequence * cache_.size(1); };
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t position = some[i].position;
    const Real *cosine = cosine_.data() + position * half, *sine = sine_.data() + position * half;
    Real *key = k_.data() + i * keys, *value = v_.data() + i * keys;
    decoding_.rotate(shape_.heads, half, cosine, sine, q_.data() + i * shape_.width);
    decoding_.rotate(shape_.kv_heads, half, cosine, sine, key);
    Real* kept = of(some[i]);
    for (std::int64_t j = 0; j < keys; ++j) kept[j * key_row_ + position] = key[j];
    kept += keys * key_row_ + position * size;
    for (std::int64_t head = 0; head < shape_.kv_heads; ++head)
      std::copy_n(value + head * size, size, kept + head * length() * size);
  }
  const std::int64_t shared = shape_.heads / shape_.kv_heads;
  Query<Real> query;
  query.head_width = size;
  query.scale = static_cast<Real>(1 / std::sqrt(static_cast<double>(size)));
  query.key_row = key_row_;
  for (std::int64_t i = 0; i < count; ++i) {
    query.count = some[i].position + 1;
    const Real* kept = of(some[i]);
    for (std::int64_t head = 0; head < shape_.heads; ++head) {
      const std::int64_t place = i * shape_.width + head * size;
      query.q = q_.data() + place;
      query.keys = kept + head / shared * size * key_row_;
      query.values = kept + keys * key_row_ + head / shared * length() * size;
      decoding_.attend(query, score_.data(), mixed_.data() + place);
    }
  }
}

template <class Real>
void DirectDecoder<Real>::feed_forward(const BlockColumns& at, const Real* theta,
                                       std::int64_t count) {
  const std::int64_t width = shape_.width, hidden = shape_.hidden;
  const Tokens elements{1, count * hidden, count * hidden};
  decoding_.rms_norm(count, width, h_.data(), theta + at.mlp_norm, static_cast<Real>(rms_epsilon),
                     x_.data());
  project(x_, count, width, theta + at.up, hidden, up_);
  if (shape_.swiglu) {
    project(x_, count, width, theta + at.gate, hidden, gate_);
    kernels_.swiglu(elements, gate_.data(), up_.data(), gate_.data());
  } else {
    kernels_.gelu(elements, up_.data(), gate_.data());
  }
  project(gate_, count, hidden, theta + at.down, width, h_, /*add=*/true);
}

template <class Real>
void DirectDecoder<Real>::answer(const Real* theta, std::int64_t row, const Appended* some,
                                 std::int64_t count, Real* logits_BV) {
  const std::int64_t width = shape_.width, vocabulary = shape_.vocabulary;
  std::int64_t asked = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (some[i].asked) std::copy_n(h_.data() + i * width, width, h_.data() + asked++ * width);
  }
  decoding_.rms_norm(asked, width, h_.data(), theta + norm_, static_cast<Real>(rms_epsilon),
                     x_.data());
  const Real* head = shape_.tied ? turned_embed_.data() + row * width * vocabulary : theta + head_;
  project(x_, asked, width, head, vocabulary, logits_);
  const Real* from = logits_.data();
  for (std::int64_t i = 0; i < count; ++i) {
    if (!some[i].asked) continue;
    std::copy_n(from, vocabulary, logits_BV + some[i].sequence * vocabulary);
    from += vocabulary;
  }
}

}  // namespace

std::unique_ptr<Decoder> make_direct_decoder(const TransformerShape& shape, const Layout& layout,
                                             const Tensor& theta_KP, std::int64_t batch,
                                             std::int64_t length) {
  check_length(shape, length);
  if (theta_KP.scalar_type() == at::kFloat)
    return std::make_unique<DirectDecoder<float>>(shape, layout, theta_KP, batch, length);
  return std::make_unique<DirectDecoder<double>>(shape, layout, theta_KP, batch, length);
}

}  // namespace assay
