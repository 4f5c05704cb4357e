// The decoder-only transformer: its shape, and the parts that forward and decoding share.
#pragma once

#include "sdk/internal/direct_pass.h"

#include <assay/decoder.h>
#include <assay/network.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace assay {

struct TransformerShape {
  std::vector<std::int64_t> input;  ///< [..., T], as the network was made for
  std::int64_t vocabulary = 0, width = 0, depth = 0, heads = 0, kv_heads = 0, hidden = 0,
               context = 0;
  bool swiglu = false, tied = false;
  double rope_base = 0;

  std::int64_t head_width() const { return width / heads; }
  std::int64_t key_width() const { return kv_heads * head_width(); }  ///< of all keys of a token
};

inline constexpr double rms_epsilon = 1e-5;

/// y = x W, for a weight of every row or, [1, in, out], one of all rows; and what adapters add to
/// it.
struct Projection {
  Tensor weight;     ///< [K or 1, in, out]
  Tensor a, b;       ///< [K, in, rank], [K, rank, out], or undefined
  double scale = 0;  ///< y += x a b scale

  Tensor operator()(const Tensor& x_KNI) const;
};

/// A block's parameters; the norms' are [K or 1, width]. `gate` of swiglu alone.
struct TransformerBlock {
  Tensor attn_norm, mlp_norm;
  Projection q, k, v, o, gate, up, down;

  /// By its slice's name, "attn.q" or "mlp.down".
  Projection& projection(std::string_view name);
};

/// The first columns of a block's slices in a row of theta; gate: swiglu alone.
struct BlockColumns {
  std::int64_t attn_norm, q, k, v, o, mlp_norm, gate, up, down;
};
std::vector<BlockColumns> block_columns(const TransformerShape& shape, const Layout& layout);

struct TransformerParts {
  TransformerParts(const TransformerShape& shape, const ParameterView& parameters);

  Tensor embed;  ///< [K or 1, V, width]
  std::vector<TransformerBlock> blocks;
  Tensor norm;
  Projection head;  ///< tied: a view of `embed`

  /// Of tokens [rows, N], [rows, N, width].
  Tensor embedded(const Tensor& token_KN) const;
};

/// The residual stream behind the last block, before the last norm: [rows, N, width] of the tokens
/// x [rows or 1, B, ..., T], N of each row.
Tensor residual_stream(const TransformerShape& shape, const TransformerParts& parts,
                       std::int64_t rows, const Tensor& x);

/// The whole of forward(), for `rows` models.
Outputs transformer_outputs(const TransformerShape& shape, const TransformerParts& parts,
                            std::int64_t rows, const Tensor& x, const Mode& mode);

/// x_KNW / sqrt(mean of its squares + epsilon) * weight_KW.
Tensor rms_norm(const Tensor& x_KNW, const Tensor& weight_KW);

/// The angles of the rotary positions 0..count-1: cosines and sines, [count, head_width / 2] of
/// like's type and device.
struct Rotation {
  Tensor cosine, sine;
};
Rotation rotation(const TransformerShape& shape, std::int64_t count, const Tensor& like);

/// Number i of the first half of the last axis of x and number i of the second, turned as a point
/// of the plane: Llama's layout. The rotation expands to halves of x.
Tensor rotated(const Tensor& x, const Rotation& by);

/// The second half of a block, what it adds to the residual stream h_KNW.
Tensor feed_forward(const TransformerBlock& block, const Tensor& h_KNW, bool swiglu);

/// [K, N, heads x head width] to [sequences of all rows, heads, T, head width].
Tensor heads_of(const Tensor& x_KNO, std::int64_t time, std::int64_t head_width);

/// x [K or 1, B, ..., T] against the shape; returns the sequences of a row, B x ... Throws Error.
std::int64_t check_sequences(const TransformerShape& shape, const Tensor& x, std::int64_t rows);

std::shared_ptr<const Network> make_transformer(const TransformerShape& shape);

/// The hand-written passes for theta's type; null for types without them.
std::unique_ptr<DirectPass> make_transformer_pass(const TransformerShape& shape,
                                                  const Layout& layout, const Tensor& theta);

/// The shape of a network that make_transformer() made, else null.
const TransformerShape* transformer_shape(const Network& network);

/// Throws Error for a length of sequences that decoders cannot have.
void check_length(const TransformerShape& shape, std::int64_t length);

/// For float or double parameters on the CPU.
std::unique_ptr<Decoder> make_direct_decoder(const TransformerShape& shape, const Layout& layout,
                                             const Tensor& theta_KP, std::int64_t batch,
                                             std::int64_t length);
/// Its plain twin, for every type and device and for adapters.
std::unique_ptr<Decoder> make_plain_decoder(const TransformerShape& shape, TransformerParts parts,
                                            std::int64_t rows, std::int64_t batch,
                                            std::int64_t length);

}  // namespace assay
