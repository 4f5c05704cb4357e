// The networks behind make_network().
#pragma once

#include "sdk/internal/direct_pass.h"

#include <assay/network.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace assay {

/// `depth` hidden layers of `width` ReLU units, the last of them of `features` (0: `width`); depth 0 is
/// a linear classifier. Flattens its inputs.
std::shared_ptr<const Network> make_mlp(std::int64_t width, std::int64_t depth,
                                        std::int64_t features, std::vector<std::int64_t> input,
                                        std::int64_t classes);

/// The mlp's hand-written passes for theta's type; null for types without them. widths: inputs, hidden
/// layers, classes; the layout is weight [in, out] and bias [out], layer by layer.
std::unique_ptr<DirectPass> make_mlp_pass(const std::vector<std::int64_t>& widths,
                                          const std::vector<std::int64_t>& input,
                                          const Tensor& theta);

/// Of a cnn's images, first layer and answers.
struct CnnShape {
  std::vector<std::int64_t> input;  ///< as the network takes it
  std::int64_t channels = 1, height = 0, width = 0, filters = 0, classes = 0;
};

/// The cnn's hand-written passes for theta's type; null for types without them.
std::unique_ptr<DirectPass> make_cnn_pass(const CnnShape& shape, const Tensor& theta);

/// Two 3x3 convolutions (`width`, then 2 x `width` channels, padding 1), each with ReLU and 2x2 max
/// pooling, and a linear output layer. Input [H, W], [C, H, W], or a flat square image [H*H].
std::shared_ptr<const Network> make_cnn(std::int64_t width, std::vector<std::int64_t> input,
                                        std::int64_t classes);

/// Checks x against the rows of the parameters and the input shape of a network; returns the batch
/// size. Throws Error saying what came and what is expected.
std::int64_t check_input(const Tensor& x, std::int64_t rows,
                         const std::vector<std::int64_t>& input, const char* arch);

/// For a hand-written pass, which reads memory as it is: parameters must be [rows, `parameters`] and
/// inputs of their type, both on the CPU.
void check_parameters(const Tensor& theta, std::int64_t parameters, const Tensor& x,
                      const char* arch);

/// Both.
std::int64_t check_pass(const Tensor& theta, std::int64_t parameters, const Tensor& x,
                        const std::vector<std::int64_t>& input, const char* arch);

}  // namespace assay
