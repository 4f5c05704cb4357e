// Networks as pure functions of a cohort's parameter matrix theta [K, P]: row k is one model.
#pragma once

#include <assay/common/parameters.h>
#include <assay/streams.h>
#include <assay/tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// How a slice of parameters starts.
enum class Initial {
  zero,
  one,
  fan_in_uniform,  ///< U(-1/sqrt(fan_in), 1/sqrt(fan_in)): torch.nn.Linear's and Conv2d's default
  normal,          ///< N(0, deviation^2)
};

/// A named slice of the columns of theta.
struct Slice {
  std::string name;                  ///< "layer0.weight"
  std::vector<std::int64_t> shape;   ///< of one row, e.g. [in, out]
  std::int64_t offset = 0;           ///< first column
  std::int64_t size = 0;             ///< number of columns
  std::int64_t fan_in = 1;
  Initial initial = Initial::zero;
  double deviation = 0;              ///< of Initial::normal
};

/// The named slices of one row, in order.
class Layout {
 public:
  /// Appends a slice and returns its position.
  int add(std::string name, std::vector<std::int64_t> shape, Initial initial,
          std::int64_t fan_in = 1);
  /// Appends a slice that starts as N(0, deviation^2), and returns its position.
  int add_normal(std::string name, std::vector<std::int64_t> shape, double deviation);

  const std::vector<Slice>& slices() const noexcept { return slices_; }
  std::int64_t size() const noexcept { return size_; }  ///< P
  /// The slice of that name. Throws Error listing the names when there is none.
  const Slice& at(std::string_view name) const;
  /// The same, or nullptr.
  const Slice* find(std::string_view name) const noexcept;

 private:
  std::vector<Slice> slices_;
  std::int64_t size_ = 0;
};

/// theta [K, P] split once into its slices (one split, whose backward is one concatenation).
class ParameterView {
 public:
  ParameterView(const Layout& layout, const Tensor& theta_KP);

  std::int64_t rows() const noexcept { return rows_; }
  /// Slice i as [K, shape...].
  const Tensor& operator[](int i) const { return views_[static_cast<std::size_t>(i)]; }

 private:
  std::int64_t rows_;
  std::vector<Tensor> views_;
};

/// What a forward pass needs to know besides parameters and inputs.
struct Mode {
  bool training = false;
  bool want_features = false;
  std::int64_t step = 0;
};

/// A network of sequences answers at every position: [K, B, ..., T, C] and [K, B, ..., T, D].
struct Outputs {
  Tensor logits_KBC;
  Tensor features_KBD;  ///< input of the output layer; undefined unless asked for
};

class DirectPass;  ///< of the harness, for its own networks
class Decoder;     ///< assay/decoder.h

/// Shape, not values: immutable and without state.
class Network {
 public:
  virtual ~Network() = default;

  /// x is [K, B, F...] or, when every row sees the same inputs, [1, B, F...].
  virtual Outputs forward(const ParameterView& parameters, const Tensor& x,
                          const Mode& mode) const = 0;
  virtual const Layout& layout() const = 0;
  virtual std::int64_t classes() const = 0;
  /// Multiply-adds x 2 of one sample's forward pass, matrix products and convolutions alone.
  virtual double forward_flops() const = 0;
  /// Forward and backward written by hand for parameters of theta's type and device, or null: then
  /// autograd differentiates forward(). Training is the same up to rounding, and faster.
  virtual std::unique_ptr<DirectPass> direct_pass(const Tensor& theta_KP) const;
  /// Whether the last axis of x is time, may be cut at its end, and an answer at position t depends
  /// on what is at 0..t alone.
  virtual bool causal() const { return false; }
  /// Continues `batch` sequences of every row, each of at most `length` tokens, token by token: for
  /// networks of sequences. Others throw Error, and so does a length beyond what the network was
  /// made for. theta_KP is held and must not change meanwhile.
  virtual std::unique_ptr<Decoder> decoder(const Tensor& theta_KP, std::int64_t batch,
                                           std::int64_t length) const;
};

/// Which network: `arch` and its settings as a suite writes them ({ arch = "mlp", width = 16 }).
struct NetworkSpec {
  std::string arch = "mlp";    ///< "mlp", "cnn" or "transformer"
  std::int64_t width = 64;     ///< hidden units of an mlp layer; channels of the first convolution;
                               ///< a transformer's residual stream
  std::int64_t depth = 2;      ///< hidden layers of an mlp (cnn: fixed at two convolutions); a
                               ///< transformer's blocks
  std::int64_t features = 0;   ///< hidden units of an mlp's last hidden layer; 0: as `width`

  // Of a transformer alone.
  std::int64_t heads = 4;            ///< of `width` / `heads` numbers, an even number
  std::int64_t kv_heads = 0;         ///< grouped-query attention: a divisor of `heads`; 0: `heads`
  std::int64_t hidden = 0;           ///< units between; 0: 4 x width, with "swiglu" 8/3 x width
                                     ///< rounded up to a multiple of 8
  std::string activation = "gelu";   ///< "gelu" (with tanh, as in GPT-2) or "swiglu"
  bool tied = true;                  ///< the output layer is the embedding
  double rope_base = 10000;          ///< of the rotary positions
  std::int64_t context = 0;          ///< longest sequence; 0: the inputs' last axis
};

/// The settings that `make_network` accepts for numbers and images, as a variant keyed by `arch`.
ParameterSpec network_setting(std::string key);
/// The same for sequences of tokens. Its defaults are NetworkSpec's.
ParameterSpec sequence_network_setting(std::string key);

/// Builds a network for inputs of shape `input` ([D], or [H, W] or [C, H, W] for images; an mlp
/// flattens). Throws Error for an unknown arch or a shape it cannot take.
///
/// A transformer is a decoder as Llama is one (pre-norm with RMS norm, epsilon 1e-5, rotary
/// positions in halves, no biases); "gelu" leaves out the gate. `classes` is its vocabulary V; its
/// inputs [K, B, ..., T] are tokens 0..V-1, held as numbers of any type: the last axis is time, and
/// may have any length up to `context`; axes between are more of the batch (a pair is an item
/// [2, T]) and may be others than in `input`, which tells FLOPs alone.
/// Logits are [K, B, ..., T, V], at each position for the token after it. Slices, all [in, out]:
/// "embed.weight" [V, width]; "block0.attn.{q,k,v,o}.weight", "block0.mlp.{gate,up,down}.weight"
/// (gate: swiglu), "block0.{attn,mlp}.norm.weight"; "norm.weight"; "head.weight" unless tied.
/// Initial values as GPT-2's (Radford et al. 2019): N(0, .02^2), what adds to the residual stream
/// (o, down) divided by sqrt(2 depth); norms one.
std::shared_ptr<const Network> make_network(const NetworkSpec& spec,
                                            const std::vector<std::int64_t>& input,
                                            std::int64_t classes);

/// A cohort of models: one network, K rows of parameters.
struct Model {
  std::shared_ptr<const Network> network;
  Tensor theta_KP;

  std::int64_t rows() const { return theta_KP.size(0); }
};

/// Initial parameters, float32 [K, P], drawn from the rows' streams.
Tensor initial_parameters(const Layout& layout, const Streams& streams);

/// A named slice of every row as [K, shape...]: a view, writing to it writes to the model. The output
/// layer's slices are "head.weight" [features, classes] and "head.bias" [classes] in every network of
/// numbers or images.
Tensor slice_of(const Model& model, std::string_view name);

/// Overwrites a named slice with `value`, [K, shape...] or what expands to it; or with one number.
/// The model's own theta is written to: clone it first when it is shared.
void set_slice(Model& model, std::string_view name, const Tensor& value);
void set_slice(Model& model, std::string_view name, double value);

/// Copies every slice that both networks have under the same name and shape, row by row, and returns
/// the names: a pretrained body into a student with another head. Both have the same rows.
std::vector<std::string> copy_slices(const Model& from, Model& to);

/// Rows `rows` of a model (int64), as a new model.
Model select_rows(const Model& model, const std::vector<std::int64_t>& rows);

}  // namespace assay
