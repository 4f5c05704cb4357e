#include "sdk/internal/transformer_row.h"

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

// Rows that begin an odd number of cache lines apart fall into different sets of the cache.
std::int64_t odd_lines(std::int64_t elements) {
  const std::int64_t lines = (elements + 15) / 16;
  return (lines | 1) * 16;
}

template <class Real>
void make(std::vector<Real>& buffer, std::int64_t size) {
  if (static_cast<std::int64_t>(buffer.size()) < size)
    buffer.resize(static_cast<std::size_t>(size));
}

}  // namespace

template <class Real>
TransformerRow<Real>::TransformerRow(const TransformerShape& shape, const Layout& layout)
    : shape_(shape),
      embed_(layout.at("embed.weight").offset),
      norm_(layout.at("norm.weight").offset),
      head_(shape.tied ? embed_ : layout.at("head.weight").offset),
      size_(layout.size()),
      blocks_(block_columns(shape, layout)),
      attention_(shape.heads, shape.kv_heads, shape.head_width()) {}

template <class Real>
void TransformerRow<Real>::prepare(std::int64_t time, std::int64_t count) {
  if (of_.time == time && largest_ == count) return;
  largest_ = count;
  of_ = {count, time, odd_lines(count * time)};
  const std::int64_t half = shape_.head_width() / 2;
  make(cosine_, half * of_.stride);
  make(sine_, half * of_.stride);
  for (std::int64_t i = 0; i < half; ++i) {
    const double speed =
        std::exp(-std::log(shape_.rope_base) * static_cast<double>(i) / static_cast<double>(half));
    for (std::int64_t token = 0; token < of_.tokens(); ++token) {
      const double angle = static_cast<double>(token % time) * speed;
      const auto place = static_cast<std::size_t>(i * of_.stride + token);
      cosine_[place] = static_cast<Real>(std::cos(angle));
      sine_[place] = static_cast<Real>(std::sin(angle));
    }
  }
  const std::int64_t parts = shape_.swiglu ? 2 : 1;
  make(x_, shape_.width * of_.stride);
  make(dx_, shape_.width * of_.stride);
  make(dh_, shape_.width * of_.stride);
  make(g_, shape_.hidden * of_.stride);
  make(dg_, parts * shape_.hidden * of_.stride);
  make(dqkv_, (shape_.width + 2 * shape_.key_width()) * of_.stride);
  make(scratch_, of_.stride);
  make(h_turned_, of_.tokens() * turned_row());
  make(x_turned_, of_.tokens() * turned_row());
}

template <class Real>
std::int64_t TransformerRow<Real>::kept() const {
  const std::int64_t mlp = (shape_.swiglu ? 2 : 1) * shape_.hidden;
  const std::int64_t block = 4 * shape_.width + 2 * shape_.key_width() + mlp + 2;
  return (shape_.depth * block + shape_.width + 1) * of_.stride;
}

// The last residual stream lies where another block would begin, and its inverse norm behind it.
template <class Real>
template <class Pointer>
auto TransformerRow<Real>::kept_of(Pointer all, std::int64_t block) const -> Kept<Pointer> {
  const std::int64_t mlp = (shape_.swiglu ? 2 : 1) * shape_.hidden;
  const std::int64_t rows = 4 * shape_.width + 2 * shape_.key_width() + mlp + 2;
  Pointer next = all + block * rows * of_.stride;
  const auto take = [&](std::int64_t features) {
    const Pointer here = next;
    next += features * of_.stride;
    return here;
  };
  Kept<Pointer> kept{};
  kept.h = take(shape_.width);
  kept.inverse = take(1);
  if (block == shape_.depth) return kept;
  kept.q = take(shape_.width);
  kept.k = take(shape_.key_width());
  kept.v = take(shape_.key_width());
  kept.mixed = take(shape_.width);
  kept.h_mid = take(shape_.width);
  kept.inverse_mid = take(1);
  kept.gate = shape_.swiglu ? take(shape_.hidden) : nullptr;
  kept.up = take(shape_.hidden);
  return kept;
}

template <class Real>
void TransformerRow<Real>::begin(const Real* theta) {
  const std::int64_t width = shape_.width, vocabulary = shape_.vocabulary;
  make(head_copy_, width * vocabulary);
  if (shape_.tied) {
    kernels_.transpose(theta + embed_, vocabulary, width, width, head_copy_.data(), vocabulary);
  } else {
    kernels_.transpose(theta + head_, width, vocabulary, vocabulary, head_copy_.data(), width);
  }
}

// to [tokens, features], rows `turned_row` apart.
template <class Real>
void TransformerRow<Real>::turn(const Real* x, std::int64_t features, std::vector<Real>& to) {
  kernels_.transpose(x, features, of_.tokens(), of_.stride, to.data(), turned_row());
}

template <class Real>
void TransformerRow<Real>::forward(const Real* theta, const std::int32_t* tokens,
                                   std::int64_t count, Real* kept, Real* logits, Real* features) {
  of_.count = count;
  const std::int64_t width = shape_.width, keys = shape_.key_width(), many = of_.tokens();
  Real* h = kept_of(kept, 0).h;
  for (std::int64_t token = 0; token < many; ++token) {
    std::copy_n(theta + embed_ + tokens[token] * width, width,
                h_turned_.data() + token * turned_row());
  }
  kernels_.transpose(h_turned_.data(), many, width, turned_row(), h, of_.stride);
  for (std::int64_t i = 0; i < shape_.depth; ++i) {
    const BlockColumns& at = blocks_[static_cast<std::size_t>(i)];
    const Kept<Real*> here = kept_of(kept, i);
    kernels_.rms_norm(matrix(width), here.h, theta + at.attn_norm, static_cast<Real>(rms_epsilon),
                      here.inverse, x_.data());
    const auto project = [&](std::int64_t weight, std::int64_t out, Real* to) {
      multiply_(out, many, width, transposed(theta + weight, out), x_.data(), of_.stride, to,
                of_.stride);
    };
    project(at.q, width, here.q);
    project(at.k, keys, here.k);
    project(at.v, keys, here.v);
    kernels_.rotate(matrix(width), shape_.heads, cosine_.data(), sine_.data(), here.q);
    kernels_.rotate(matrix(keys), shape_.kv_heads, cosine_.data(), sine_.data(), here.k);
    attention_.forward(of_, here.q, here.k, here.v, here.mixed);
    std::copy_n(here.h, width * of_.stride, here.h_mid);
    multiply_(width, many, width, transposed(theta + at.o, width), here.mixed, of_.stride,
              here.h_mid, of_.stride, /*add=*/true);
    feed_forward(at, theta, here, kept_of(kept, i + 1).h);
  }
  const Kept<Real*> last = kept_of(kept, shape_.depth);
  kernels_.rms_norm(matrix(width), last.h, theta + norm_, static_cast<Real>(rms_epsilon),
                    last.inverse, x_.data());
  if (features != nullptr) kernels_.transpose(x_.data(), width, many, of_.stride, features, width);
  multiply_(many, shape_.vocabulary, width, transposed(x_.data(), of_.stride),
            shape_.tied ? head_copy_.data() : theta + head_, shape_.vocabulary, logits,
            shape_.vocabulary);
}

template <class Real>
void TransformerRow<Real>::feed_forward(const BlockColumns& at, const Real* theta,
                                        const Kept<Real*>& kept, Real* h_next) {
  const std::int64_t width = shape_.width, hidden = shape_.hidden, many = of_.tokens();
  kernels_.rms_norm(matrix(width), kept.h_mid, theta + at.mlp_norm, static_cast<Real>(rms_epsilon),
                    kept.inverse_mid, x_.data());
  multiply_(hidden, many, width, transposed(theta + at.up, hidden), x_.data(), of_.stride, kept.up,
            of_.stride);
  if (shape_.swiglu) {
    multiply_(hidden, many, width, transposed(theta + at.gate, hidden), x_.data(), of_.stride,
              kept.gate, of_.stride);
    kernels_.swiglu(matrix(hidden), kept.gate, kept.up, g_.data());
  } else {
    kernels_.gelu(matrix(hidden), kept.up, g_.data());
  }
  std::copy_n(kept.h_mid, width * of_.stride, h_next);
  multiply_(width, many, hidden, transposed(theta + at.down, width), g_.data(), of_.stride, h_next,
            of_.stride, /*add=*/true);
}

// In turned_gradient_ a block has the transposes of its weights q, k, v, up and gate, one after the
// other, each of `width` columns.
template <class Real>
void TransformerRow<Real>::begin_gradient(Real* gradient) {
  std::fill_n(gradient, size_, Real(0));
  const std::int64_t block =
      shape_.width + 2 * shape_.key_width() + (shape_.swiglu ? 2 : 1) * shape_.hidden;
  turned_gradient_.assign(static_cast<std::size_t>(shape_.depth * block * shape_.width), Real(0));
  if (shape_.tied)
    head_gradient_.assign(static_cast<std::size_t>(shape_.width * shape_.vocabulary), Real(0));
}

template <class Real>
void TransformerRow<Real>::backward(const Real* theta, const std::int32_t* tokens,
                                    std::int64_t count, const Real* kept, const Real* dlogits,
                                    const Real* dfeatures, Real* gradient) {
  of_.count = count;
  const std::int64_t width = shape_.width;
  const Kept<const Real*> last = kept_of(kept, shape_.depth);
  head_backward(theta, last.h, last.inverse, dlogits, dfeatures, gradient);
  const std::int64_t turned =
      static_cast<std::int64_t>(turned_gradient_.size()) / std::max<std::int64_t>(shape_.depth, 1);
  for (std::int64_t i = shape_.depth; i-- > 0;) {
    const BlockColumns& at = blocks_[static_cast<std::size_t>(i)];
    const Kept<const Real*> here = kept_of(kept, i);
    Real* own = turned_gradient_.data() + i * turned;
    const std::int64_t attention = (width + 2 * shape_.key_width()) * width;
    feed_forward_backward(at, theta, here, gradient, own + attention);
    attention_backward(at, theta, here, gradient, own);
  }
  turn(dh_.data(), width, h_turned_);
  for (std::int64_t token = 0; token < of_.tokens(); ++token) {
    kernels_.add(h_turned_.data() + token * turned_row(), width,
                 gradient + embed_ + tokens[token] * width);
  }
}

template <class Real>
void TransformerRow<Real>::head_backward(const Real* theta, const Real* h, const Real* inverse,
                                         const Real* dlogits, const Real* dfeatures,
                                         Real* gradient) {
  const std::int64_t width = shape_.width, many = of_.tokens(), vocabulary = shape_.vocabulary;
  Real* turned = h_turned_.data();  // the derivative by the features, [tokens, width]
  const std::int64_t row = turned_row();
  if (dlogits != nullptr) {
    multiply_(many, width, vocabulary, Left<Real>{dlogits, vocabulary, 1},
              shape_.tied ? theta + embed_ : head_copy_.data(), width, turned, row);
    kernels_.rms_norm(matrix(width), h, theta + norm_, static_cast<Real>(rms_epsilon),
                      scratch_.data(), x_.data());
    multiply_(width, vocabulary, many, Left<Real>{x_.data(), of_.stride, 1}, dlogits, vocabulary,
              shape_.tied ? head_gradient_.data() : gradient + head_, vocabulary, /*add=*/true);
  } else {
    std::fill_n(turned, many * row, Real(0));
  }
  for (std::int64_t token = 0; token < many && dfeatures != nullptr; ++token)
    kernels_.add(dfeatures + token * width, width, turned + token * row);
  kernels_.transpose(turned, many, width, row, dx_.data(), of_.stride);
  std::fill_n(dh_.data(), width * of_.stride, Real(0));
  kernels_.rms_norm_backward(matrix(width), h, theta + norm_, inverse, dx_.data(), scratch_.data(),
                             dh_.data(), gradient + norm_);
}

template <class Real>
void TransformerRow<Real>::feed_forward_backward(const BlockColumns& at, const Real* theta,
                                                 const Kept<const Real*>& kept, Real* gradient,
                                                 Real* turned_gradient) {
  const std::int64_t width = shape_.width, hidden = shape_.hidden, many = of_.tokens();
  const std::int64_t parts = shape_.swiglu ? 2 : 1;
  turn(dh_.data(), width, h_turned_);
  multiply_(hidden, many, width, Left<Real>{theta + at.down, width, 1}, dh_.data(), of_.stride,
            dg_.data(), of_.stride);
  Real* dgate = dg_.data() + hidden * of_.stride;
  if (shape_.swiglu) {
    kernels_.swiglu_backward(matrix(hidden), kept.gate, kept.up, g_.data(), dg_.data(), dgate);
  } else {
    kernels_.gelu_backward(matrix(hidden), kept.up, g_.data(), dg_.data());
  }
  multiply_(hidden, width, many, Left<Real>{g_.data(), of_.stride, 1}, h_turned_.data(),
            turned_row(), gradient + at.down, width, /*add=*/true);
  kernels_.rms_norm(matrix(width), kept.h_mid, theta + at.mlp_norm, static_cast<Real>(rms_epsilon),
                    scratch_.data(), x_.data());
  turn(x_.data(), width, x_turned_);
  multiply_(parts * hidden, width, many, Left<Real>{dg_.data(), of_.stride, 1}, x_turned_.data(),
            turned_row(), turned_gradient, width, /*add=*/true);
  multiply_(width, many, hidden, Left<Real>{theta + at.up, hidden, 1}, dg_.data(), of_.stride,
            dx_.data(), of_.stride);
  if (shape_.swiglu) {
    multiply_(width, many, hidden, Left<Real>{theta + at.gate, hidden, 1}, dgate, of_.stride,
              dx_.data(), of_.stride, /*add=*/true);
  }
  kernels_.rms_norm_backward(matrix(width), kept.h_mid, theta + at.mlp_norm, kept.inverse_mid,
                             dx_.data(), scratch_.data(), dh_.data(), gradient + at.mlp_norm);
}

template <class Real>
void TransformerRow<Real>::attention_backward(const BlockColumns& at, const Real* theta,
                                              const Kept<const Real*>& kept, Real* gradient,
                                              Real* turned_gradient) {
  const std::int64_t width = shape_.width, keys = shape_.key_width(), many = of_.tokens();
  Real *dq = dqkv_.data(), *dk = dq + width * of_.stride, *dv = dk + keys * of_.stride;
  turn(dh_.data(), width, h_turned_);
  multiply_(width, width, many, Left<Real>{kept.mixed, of_.stride, 1}, h_turned_.data(),
            turned_row(), gradient + at.o, width, /*add=*/true);
  multiply_(width, many, width, Left<Real>{theta + at.o, width, 1}, dh_.data(), of_.stride,
            x_.data(), of_.stride);
  attention_.backward(of_, kept.q, kept.k, kept.v, x_.data(), dq, dk, dv);
  kernels_.rotate_back(matrix(width), shape_.heads, cosine_.data(), sine_.data(), dq);
  kernels_.rotate_back(matrix(keys), shape_.kv_heads, cosine_.data(), sine_.data(), dk);
  kernels_.rms_norm(matrix(width), kept.h, theta + at.attn_norm, static_cast<Real>(rms_epsilon),
                    scratch_.data(), x_.data());
  turn(x_.data(), width, x_turned_);
  multiply_(width + 2 * keys, width, many, Left<Real>{dq, of_.stride, 1}, x_turned_.data(),
            turned_row(), turned_gradient, width, /*add=*/true);
  multiply_(width, many, width, Left<Real>{theta + at.q, width, 1}, dq, of_.stride, dx_.data(),
            of_.stride);
  multiply_(width, many, keys, Left<Real>{theta + at.k, keys, 1}, dk, of_.stride, dx_.data(),
            of_.stride, /*add=*/true);
  multiply_(width, many, keys, Left<Real>{theta + at.v, keys, 1}, dv, of_.stride, dx_.data(),
            of_.stride, /*add=*/true);
  kernels_.rms_norm_backward(matrix(width), kept.h, theta + at.attn_norm, kept.inverse, dx_.data(),
                             scratch_.data(), dh_.data(), gradient + at.attn_norm);
}

template <class Real>
void TransformerRow<Real>::end_gradient(Real* gradient) {
  const std::int64_t width = shape_.width, keys = shape_.key_width();
  const Real* from = turned_gradient_.data();
  const auto bring = [&](std::int64_t column, std::int64_t out) {
    kernels_.transpose(from, out, width, width, gradient + column, out);
    from += out * width;
  };
  for (const BlockColumns& at : blocks_) {
    bring(at.q, width);
    bring(at.k, keys);
    bring(at.v, keys);
    bring(at.up, shape_.hidden);
    if (shape_.swiglu) bring(at.gate, shape_.hidden);
  }
  if (!shape_.tied) return;
  make(x_turned_, width * shape_.vocabulary);
  kernels_.transpose(head_gradient_.data(), width, shape_.vocabulary, shape_.vocabulary,
                     x_turned_.data(), width);
  kernels_.add(x_turned_.data(), width * shape_.vocabulary, gradient + embed_);
}

template class TransformerRow<float>;
template class TransformerRow<double>;

}  // namespace assay
