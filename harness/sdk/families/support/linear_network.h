// The network of convex and of closed-form tasks: logits = x W, without a bias.
#pragma once

#include <assay/network.h>

#include <cstdint>
#include <memory>

namespace assay {

/// Inputs [D], `outputs` logits; its one slice is "head.weight" [D, outputs], which starts at zero.
std::shared_ptr<const Network> make_linear(std::int64_t features, std::int64_t outputs);

}  // namespace assay
