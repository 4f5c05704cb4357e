#include "sdk/internal/networks.h"
#include "sdk/internal/shape_text.h"
#include "sdk/internal/transformer.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <sstream>

namespace assay {
namespace {

constexpr std::int64_t largest_width = 65536, largest_depth = 64, largest_context = 1 << 20;
const std::vector<std::string> activations = {"gelu", "swiglu"};

void check_range(const char* what, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return;
  throw Error(std::string("network: ") + what + " must be between " + std::to_string(low) +
              " and " + std::to_string(high) + ", but is " + std::to_string(value));
}

// Two poolings leave nothing of a side below 4.
void check_image(const std::vector<std::int64_t>& input) {
  const std::string came = "network: a cnn takes images, [H, W] or [C, H, W] or a flat square " +
                           std::string("image, each side at least 4, but the inputs are ") +
                           shape_text(input);
  std::int64_t side = 0;
  switch (input.size()) {
    case 1: {
      const auto root = static_cast<std::int64_t>(std::lround(std::sqrt(input[0])));
      side = root * root == input[0] ? root : 0;
      break;
    }
    case 2:
      side = std::min(input[0], input[1]);
      break;
    case 3:
      side = std::min(input[1], input[2]);
      break;
    default:
      break;
  }
  if (side < 4) throw Error(came);
}

void check_divides(const char* part, std::int64_t divisor, const char* whole, std::int64_t value) {
  if (divisor > 0 && value % divisor == 0) return;
  throw Error(std::string("network: ") + part + " is " + std::to_string(divisor) +
              ", which does not divide " + whole + ", " + std::to_string(value));
}

TransformerShape transformer_shape(const NetworkSpec& spec, const std::vector<std::int64_t>& input,
                                   std::int64_t vocabulary) {
  check_range("width", spec.width, 2, largest_width);
  check_range("depth", spec.depth, 0, largest_depth);
  check_divides("heads", spec.heads, "width", spec.width);
  if (spec.width / spec.heads % 2 != 0) {
    throw Error("network: a transformer's heads have width / heads numbers, here " +
                std::to_string(spec.width / spec.heads) + ": they must be even for the rotation");
  }
  const std::int64_t kv_heads = spec.kv_heads == 0 ? spec.heads : spec.kv_heads;
  check_divides("kv_heads", kv_heads, "heads", spec.heads);
  if (std::find(activations.begin(), activations.end(), spec.activation) == activations.end()) {
    throw Error("network: there is no activation '" + spec.activation + "'" +
                did_you_mean(spec.activation, activations) + "; known are gelu, swiglu");
  }
  const bool swiglu = spec.activation == "swiglu";
  check_range("hidden", spec.hidden, 0, 8 * largest_width);
  const std::int64_t usual = swiglu ? (spec.width * 8 / 3 + 7) / 8 * 8 : 4 * spec.width;
  if (!(spec.rope_base > 1)) {
    throw Error("network: rope_base must be above 1, but is " + std::to_string(spec.rope_base));
  }
  check_range("the inputs' last axis", input.back(), 1, largest_context);
  check_range("context", spec.context, 0, largest_context);
  if (spec.context != 0 && spec.context < input.back()) {
    throw Error("network: context is " + std::to_string(spec.context) +
                ", but the inputs' last axis, time, is " + std::to_string(input.back()) +
                ": make it at least that, or 0");
  }
  return {.input = input,
          .vocabulary = vocabulary,
          .width = spec.width,
          .depth = spec.depth,
          .heads = spec.heads,
          .kv_heads = kv_heads,
          .hidden = spec.hidden > 0 ? spec.hidden : usual,
          .context = spec.context > 0 ? spec.context : input.back(),
          .swiglu = swiglu,
          .tied = spec.tied,
          .rope_base = spec.rope_base};
}

}  // namespace

ParameterSpec network_setting(std::string key) {
  const ParameterSpec width =
      integer("width", NetworkSpec{}.width).range(1, largest_width).help("units of a hidden layer");
  return variant(
      std::move(key), "arch",
      {{.id = "mlp",
        .help = "fully connected layers with ReLU",
        .fields = {width,
                   integer("depth", NetworkSpec{}.depth)
                       .range(0, largest_depth)
                       .help("hidden layers; 0 is a linear classifier"),
                   integer("features", NetworkSpec{}.features)
                       .range(0, largest_width)
                       .help("units of the last hidden layer; 0: as width")}},
       {.id = "cnn",
        .help = "two 3x3 convolutions with ReLU and 2x2 max pooling, then a linear layer",
        .fields = {integer("width", 16)
                       .range(1, largest_width / 2)
                       .help("channels of the first convolution; the second has twice as many")}}});
}

ParameterSpec sequence_network_setting(std::string key) {
  const NetworkSpec usual;
  const auto largest = static_cast<double>(largest_width);
  return variant(
      std::move(key), "arch",
      {{.id = "transformer",
        .help = "a decoder with RMS norm before its layers and rotary positions",
        .fields = {integer("width", usual.width).range(2, largest).help("of the residual stream"),
                   integer("depth", usual.depth).range(0, largest_depth).help("blocks"),
                   integer("heads", usual.heads)
                       .range(1, largest)
                       .help("attention heads, a divisor of width; of an even width each"),
                   integer("kv_heads", usual.kv_heads)
                       .range(0, largest)
                       .help("heads of keys and values, a divisor of heads; 0: as heads"),
                   integer("hidden", usual.hidden)
                       .range(0, 8 * largest)
                       .help("units between; 0: 4 x width, swiglu 8/3 x width as a multiple of 8"),
                   text("activation", usual.activation)
                       .one_of(activations)
                       .help("gelu (with tanh) or the gated swiglu"),
                   boolean("tied", usual.tied).help("whether the output layer is the embedding"),
                   real("rope_base", usual.rope_base).above(1).help("of the rotary positions")}}});
}

std::shared_ptr<const Network> make_network(const NetworkSpec& spec,
                                            const std::vector<std::int64_t>& input,
                                            std::int64_t classes) {
  check_range("classes", classes, 1, 1 << 20);
  if (input.empty()) throw Error("network: the inputs are single numbers; give them a shape, [1]");
  for (const std::int64_t size : input) check_range("an input's size", size, 1, 1 << 24);
  if (spec.arch == "mlp") {
    check_range("width", spec.width, 1, largest_width);
    check_range("depth", spec.depth, 0, largest_depth);
    check_range("features", spec.features, 0, largest_width);
    if (spec.depth == 0 && spec.features > 0) {
      throw Error("network: features is " + std::to_string(spec.features) +
                  ", but an mlp of depth 0 has no hidden layer");
    }
    return make_mlp(spec.width, spec.depth, spec.features, input, classes);
  }
  if (spec.arch == "cnn") {
    check_range("width", spec.width, 1, largest_width / 2);
    check_image(input);
    return make_cnn(spec.width, input, classes);
  }
  if (spec.arch == "transformer") return make_transformer(transformer_shape(spec, input, classes));
  throw Error("network: there is no arch '" + spec.arch + "'" +
              did_you_mean(spec.arch, {"mlp", "cnn", "transformer"}) +
              "; known are mlp, cnn, transformer");
}

std::int64_t check_input(const Tensor& x, std::int64_t rows, const std::vector<std::int64_t>& input,
                         const char* arch) {
  const bool shape_fits = x.dim() == static_cast<std::int64_t>(input.size()) + 2 &&
                          x.sizes().slice(2) == at::IntArrayRef(input);
  if (shape_fits && (x.size(0) == rows || x.size(0) == 1)) return x.size(1);
  std::string expected = std::to_string(rows) + " or 1, batch";
  for (const std::int64_t size : input) expected += ", " + std::to_string(size);
  throw Error(std::string(arch) + ": inputs must be [" + expected + "], but are " +
              shape_text(x.sizes()));
}

void check_parameters(const Tensor& theta, std::int64_t parameters, const Tensor& x,
                      const char* arch) {
  if (theta.dim() != 2 || theta.size(1) != parameters) {
    throw Error("parameters must be [rows, " + std::to_string(parameters) + "], but are " +
                shape_text(theta));
  }
  if (!theta.is_cpu() || !x.is_cpu() || theta.scalar_type() != x.scalar_type()) {
    std::ostringstream text;
    text << arch << ": parameters are " << theta.scalar_type() << " on " << theta.device()
         << ", inputs " << x.scalar_type() << " on " << x.device() << "; they must be alike";
    throw Error(text.str());
  }
}

std::int64_t check_pass(const Tensor& theta, std::int64_t parameters, const Tensor& x,
                        const std::vector<std::int64_t>& input, const char* arch) {
  check_parameters(theta, parameters, x, arch);
  return check_input(x, theta.size(0), input, arch);
}

}  // namespace assay
