#include "sdk/internal/networks.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <ATen/ATen.h>
#include <cmath>
#include <sstream>

namespace assay {
namespace {

constexpr std::int64_t largest_width = 65536, largest_depth = 64;

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
  throw Error("network: there is no arch '" + spec.arch + "'" +
              did_you_mean(spec.arch, {"mlp", "cnn"}) + "; known are mlp, cnn");
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

std::int64_t check_pass(const Tensor& theta, std::int64_t parameters, const Tensor& x,
                        const std::vector<std::int64_t>& input, const char* arch) {
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
  return check_input(x, theta.size(0), input, arch);
}

}  // namespace assay
