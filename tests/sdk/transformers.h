// Small transformers with parameters that matter, and tokens for them.
#pragma once

#include "support.h"

namespace assay::testing {

inline const NetworkSpec small = {.arch = "transformer", .width = 16, .depth = 2, .heads = 4};
inline const NetworkSpec llama = {.arch = "transformer",
                                  .width = 16,
                                  .depth = 2,
                                  .heads = 4,
                                  .kv_heads = 2,
                                  .hidden = 10,
                                  .activation = "swiglu",
                                  .tied = false};

// Larger parameters than the initial ones, so that every part of the network matters.
inline Model random_model(const NetworkSpec& spec, std::int64_t vocabulary, std::int64_t time,
                          const std::vector<std::uint64_t>& seeds) {
  Model model{make_network(spec, {time}, vocabulary), {}};
  model.theta_KP = Streams(seeds, "theta").normal({model.network->layout().size()}) * 0.4;
  return model;
}

inline Tensor random_tokens(std::vector<std::uint64_t> seeds, std::int64_t vocabulary,
                            at::IntArrayRef shape) {
  return (Streams(std::move(seeds), "tokens").uniform(shape) * vocabulary).to(at::kLong);
}

inline Tensor forward(const Model& model, const Tensor& x) {
  return model.network->forward(ParameterView(model.network->layout(), model.theta_KP), x, {})
      .logits_KBC;
}

}  // namespace assay::testing
