#include "support.h"

#include <assay/adapters.h>
#include <assay/decoder.h>

#include <torch/csrc/autograd/autograd.h>

using namespace assay;
using namespace assay::testing;

namespace {

const std::vector<std::string> all = {"attn.q",   "attn.k", "attn.v",  "attn.o",
                                      "mlp.gate", "mlp.up", "mlp.down"};

Model random_base() {
  Model base{make_network({.arch = "transformer",
                           .width = 16,
                           .depth = 2,
                           .heads = 4,
                           .kv_heads = 2,
                           .hidden = 10,
                           .activation = "swiglu"},
                          {7}, 9),
             {}};
  base.theta_KP = Streams({8}, "base").normal({base.network->layout().size()}) * 0.4;
  return base;
}

Model adapted_to(const Model& base, const AdapterSpec& spec,
                 const std::vector<std::uint64_t>& seeds) {
  Model model{make_adapted(base, spec), {}};
  model.theta_KP =
      initial_parameters(model.network->layout(), Streams(seeds, "init")).to(at::kDouble);
  return model;
}

Tensor forward(const Model& model, const Tensor& x) {
  return model.network->forward(ParameterView(model.network->layout(), model.theta_KP), x, {})
      .logits_KBC;
}

Tensor random_tokens(std::vector<std::uint64_t> seeds) {
  return (Streams(std::move(seeds), "tokens").uniform({3, 7}) * 9).to(at::kLong);
}

}  // namespace

TEST_CASE("an adapted model starts as its base") {
  const Model base = random_base();
  const Model model = adapted_to(base, {.rank = 3, .projections = all}, {1, 2});
  CHECK(model.network->layout().at("block1.attn.k.A").shape == std::vector<std::int64_t>{16, 3});
  CHECK(model.network->layout().at("block1.attn.k.B").shape == std::vector<std::int64_t>{3, 8});
  CHECK(slice_of(model, "block0.mlp.up.A").std().item<double>() == Approx(1.0 / 3).epsilon(0.2));
  const Tensor x = random_tokens({1});
  CHECK(largest_difference(forward(model, x), forward(base, x).expand({2, -1, -1, -1})) < 1e-12);
  CHECK(merged(model).theta_KP.equal(base.theta_KP.expand({2, -1})));
  // q: 16 to 16, v: 16 to 8, rank 4, in 2 blocks and 7 tokens.
  const auto usual = make_adapted(base);
  CHECK(usual->layout().size() == 2 * 4 * (16 + 16 + 16 + 8));
  CHECK(usual->forward_flops() - base.network->forward_flops() ==
        Approx(2.0 * 7 * 2 * 4 * (16 + 16 + 16 + 8)));
}

TEST_CASE("an adapted model is the model of the merged weights, row by row") {
  const Model base = random_base();
  const Tensor before = base.theta_KP.clone();
  Model model = adapted_to(base, {.rank = 3, .alpha = 1.5, .projections = all}, {1, 2});
  model.theta_KP = Streams({1, 2}, "theta").normal({model.theta_KP.size(1)}) * 0.3;
  const Model whole = merged(model);
  const Tensor weight =
      slice_of(base, "block1.mlp.down.weight")[0] +
      at::matmul(slice_of(model, "block1.mlp.down.A")[1], slice_of(model, "block1.mlp.down.B")[1]) *
          (1.5 / 3);
  CHECK(largest_difference(slice_of(whole, "block1.mlp.down.weight")[1], weight) < 1e-13);
  const Tensor x = random_tokens({1, 2});
  const Tensor together = forward(model, x);
  CHECK(largest_difference(together, forward(whole, x)) < 1e-11);
  CHECK(largest_difference(forward(select_rows(model, {1}), x.narrow(0, 1, 1))[0], together[1]) <
        1e-11);
  CHECK(base.theta_KP.equal(before));
  const auto decoder = model.network->decoder(model.theta_KP, 3, 7);
  decoder->prefill(x.narrow(2, 0, 6), at::full({2, 3}, 6, at::kLong));
  CHECK(largest_difference(decoder->step(x.select(2, 6)), together.select(2, 6)) < 1e-11);
}

TEST_CASE("the gradient of adapters agrees with finite differences and leaves the base alone") {
  Model base = random_base();
  base.theta_KP.requires_grad_(true);
  Model model = adapted_to(base, {.rank = 2, .projections = all}, {1, 2});
  model.theta_KP = Streams({1, 2}, "theta").normal({model.theta_KP.size(1)}) * 0.3;
  const Tensor x = random_tokens({1, 2});
  const Tensor weight = Streams({1, 2}, "weight").normal({3, 7, 9});
  const auto value_K = [&](const Tensor& theta_KP) {
    return (forward({model.network, theta_KP}, x) * weight).sum({1, 2, 3});
  };
  const Tensor leaf = model.theta_KP.clone().requires_grad_(true);
  const Tensor gradient_KP = torch::autograd::grad({value_K(leaf).sum()}, {leaf})[0];
  CHECK_FALSE(base.theta_KP.grad().defined());
  const double h = 1e-5;
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    const Tensor direction_KP = Streams({1, 2}, "direction").normal({gradient_KP.size(1)}, trial);
    const Tensor numeric_K =
        (value_K(model.theta_KP + h * direction_KP) - value_K(model.theta_KP - h * direction_KP)) /
        (2 * h);
    const Tensor analytic_K = (gradient_KP * direction_KP).sum(1);
    CHECK(largest_difference(numeric_K, analytic_K) <
          1e-6 * std::max(1.0, analytic_K.abs().max().item<double>()));
  }
}

TEST_CASE("a base that cannot be adapted says why") {
  const Model base = random_base();
  const auto adapted = [](const Model& model, const AdapterSpec& spec) {
    return error_of([&] { make_adapted(model, spec); });
  };
  CHECK(adapted({make_network({}, {4}, 3), at::zeros({1, 1})}, {}) ==
        "make_adapted: the base must be a transformer");
  CHECK(adapted({base.network, base.theta_KP.expand({2, -1})}, {}) ==
        "make_adapted: the base must be one model, a single row; select_rows picks one");
  CHECK(adapted(base, {.rank = 17}) ==
        "make_adapted: rank must be between 1 and the width, 16, but is 17");
  CHECK(adapted(base, {.alpha = std::numeric_limits<double>::infinity()}) ==
        "make_adapted: alpha must be a finite number, but is inf");
  CHECK(adapted(base, {.projections = {"attn.q", "attn.v", "attn.q"}}) ==
        "make_adapted: the projection 'attn.q' is named twice");
  CHECK(adapted(base, {.projections = {"attn.p"}})
            .find("make_adapted: the base has no projection 'attn.p'") == 0);
  CHECK(adapted(base, {.projections = {}}).find("make_adapted: name projections to adapt, of ") ==
        0);
  CHECK(error_of([&] { merged(base); }) == "merged: the model has no adapters");
}
