// Hand-written derivatives against autograd's.
#pragma once

#include "support.h"

#include "sdk/internal/direct_pass.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <catch2/catch.hpp>

namespace assay::testing {

/// backward() of a pass whose forward() was made last for theta and x. The sum of what answers are
/// weighted with has these weights as its derivative: `plain` are the answers that autograd has
/// recorded from `leaf`, theta's copy. By logits, by features, by both and by neither.
inline void check_backward(DirectPass& pass, const Tensor& theta, const Tensor& x,
                           const Tensor& leaf, const Outputs& plain,
                           const std::vector<std::uint64_t>& seeds, double tolerance) {
  const auto weights = [&](const char* name, const Tensor& like) {
    return Streams(seeds, name).normal(like.sizes().slice(1)).to(theta.scalar_type());
  };
  const Tensor dlogits = weights("dlogits", plain.logits_KBC);
  const Tensor dfeatures = weights("dfeatures", plain.features_KBD);
  for (const bool by_logits : {true, false}) {
    for (const bool by_features : {true, false}) {
      CAPTURE(by_logits, by_features);
      Tensor sum = leaf.sum() * 0;
      if (by_logits) sum = sum + (plain.logits_KBC * dlogits).sum();
      if (by_features) sum = sum + (plain.features_KBD * dfeatures).sum();
      const Tensor expected = torch::autograd::grad({sum}, {leaf}, {}, /*retain_graph=*/true)[0];
      Tensor gradient = at::full_like(theta, 1e30);  // all of it must be written
      pass.backward(theta, x, by_logits ? dlogits : Tensor(), by_features ? dfeatures : Tensor(),
                    gradient);
      CHECK(largest_difference(gradient, expected) <
            tolerance * std::max(1.0, expected.abs().max().item<double>()));
    }
  }
}

}  // namespace assay::testing
