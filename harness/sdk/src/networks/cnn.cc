#include "sdk/internal/networks.h"

#include <ATen/ATen.h>
#include <utility>

namespace assay {
namespace {

class Cnn final : public Network {
 public:
  Cnn(std::int64_t width, std::vector<std::int64_t> input, std::int64_t channels,
      std::int64_t height, std::int64_t breadth, std::int64_t classes)
      : input_(std::move(input)), width_(width), channels_(channels), height_(height),
        breadth_(breadth), classes_(classes) {
    std::int64_t in = channels, area = height * breadth;
    for (int layer = 0; layer < 2; ++layer) {
      const std::int64_t out = width << layer;
      const std::string name = "conv" + std::to_string(layer);
      layout_.add(name + ".weight", {out, in, 3, 3}, Initial::fan_in_uniform, in * 9);
      layout_.add(name + ".bias", {out}, Initial::fan_in_uniform, in * 9);
      flops_ += 2.0 * 9 * static_cast<double>(in * out * area);
      in = out;
      height /= 2;
      breadth /= 2;
      area = height * breadth;
    }
    layout_.add("head.weight", {in * area, classes}, Initial::fan_in_uniform, in * area);
    layout_.add("head.bias", {classes}, Initial::fan_in_uniform, in * area);
    flops_ += 2.0 * static_cast<double>(in * area * classes);
  }

  Outputs forward(const ParameterView& parameters, const Tensor& x,
                  const Mode& mode) const override {
    const std::int64_t batch = check_input(x, parameters.rows(), input_, "cnn");
    const std::int64_t rows = parameters.rows();
    Tensor images = x.reshape({x.size(0), batch, channels_, height_, breadth_});
    if (images.size(0) != rows) images = images.expand({rows, -1, -1, -1, -1});
    // One convolution with a group per row: channels [K * C].
    Tensor h = images.transpose(0, 1).reshape({batch, rows * channels_, height_, breadth_});
    for (int layer = 0; layer < 2; ++layer) {
      const Tensor& weight = parameters[2 * layer];
      Tensor sum = at::conv2d(h, weight.flatten(0, 1), parameters[2 * layer + 1].flatten(),
                              /*stride=*/1, /*padding=*/1, /*dilation=*/1, /*groups=*/rows);
      // Pooling first: the maximum of ReLUs is the ReLU of the maximum, on a quarter of the values.
      Tensor pooled = at::max_pool2d(sum, 2);
      h = at::relu_(pooled);
    }
    const Tensor features_KBD = h.reshape({batch, rows, -1}).transpose(0, 1);
    Outputs outputs;
    if (mode.want_features) outputs.features_KBD = features_KBD;
    outputs.logits_KBC =
        at::baddbmm(parameters[5].unsqueeze(1), features_KBD, parameters[4]);
    return outputs;
  }

  const Layout& layout() const override { return layout_; }
  std::int64_t classes() const override { return classes_; }
  double forward_flops() const override { return flops_; }
  std::unique_ptr<DirectPass> direct_pass(const Tensor& theta_KP) const override {
    if (!theta_KP.is_cpu()) return nullptr;
    return make_cnn_pass({input_, channels_, height_, breadth_, width_, classes_}, theta_KP);
  }

 private:
  std::vector<std::int64_t> input_;
  std::int64_t width_, channels_, height_, breadth_, classes_;
  Layout layout_;
  double flops_ = 0;
};

}  // namespace

std::shared_ptr<const Network> make_cnn(std::int64_t width, std::vector<std::int64_t> input,
                                        std::int64_t classes) {
  std::int64_t channels = 1, height = 0, breadth = 0;
  if (input.size() == 3) {
    channels = input[0], height = input[1], breadth = input[2];
  } else if (input.size() == 2) {
    height = input[0], breadth = input[1];
  } else {  // a flat square image: make_network has checked
    while ((height + 1) * (height + 1) <= input[0]) ++height;
    breadth = height;
  }
  return std::make_shared<Cnn>(width, std::move(input), channels, height, breadth, classes);
}

}  // namespace assay
