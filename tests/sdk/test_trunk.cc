#include "support.h"

#include <assay/activations.h>
#include <assay/dataset.h>
#include <assay/train.h>

#include <cmath>
#include <string>

using namespace assay;
using namespace assay::testing;

namespace {

Model drawn(const NetworkSpec& spec, const std::vector<std::int64_t>& input, std::int64_t classes) {
  const auto network = make_network(spec, input, classes);
  return {network, Streams({3, 4}, "theta").normal({network->layout().size()}) * .3};
}

Tensor outputs(const Model& model, const Tensor& x) {
  return model.network->forward({model.network->layout(), model.theta_KP}, x, {}).logits_KBC;
}

}  // namespace

TEST_CASE("trunk: an mlp's hidden layer by hand") {
  Model model = drawn({.arch = "mlp", .width = 2, .depth = 1}, {2}, 3);
  set_slice(model, "layer0.weight", doubles({1, 2, 3, -4}, {1, 2, 2}));
  set_slice(model, "layer0.bias", doubles({.5, 1}, {1, 2}));
  // x = (1, 2): (1 + 6 + .5, 2 - 8 + 1), and ReLU.
  const Model trunk = trunk_of(model, 0);
  const Tensor h = outputs(trunk, doubles({1, 2}, {1, 1, 2}));
  CHECK(largest_difference(h, doubles({7.5, 0, 7.5, 0}, {2, 1, 2})) < 1e-12);
  CHECK(trunk.network->classes() == 2);
  CHECK(trunk.theta_KP.size(1) == 6);
}

TEST_CASE("trunk: the output layer on an mlp's last hidden layer gives the logits") {
  const Model model = drawn({.arch = "mlp", .width = 5, .depth = 3}, {2, 2}, 3);
  const Tensor x = Streams({3, 4}, "x").normal({6, 2, 2});
  const Tensor h = outputs(trunk_of(model, 2), x);
  const Tensor logits =
      at::baddbmm(slice_of(model, "head.bias").unsqueeze(1), h, slice_of(model, "head.weight"));
  CHECK(largest_difference(logits, outputs(model, x)) < 1e-12);
}

TEST_CASE(
    "trunk: the last norm and the output layer on a transformer's last block give the logits") {
  const Tensor x = (Streams({3, 4}, "x").uniform({3, 5}) * 7).floor();
  for (const bool tied : {true, false}) {
    const Model model =
        drawn({.arch = "transformer", .width = 8, .depth = 2, .heads = 2, .tied = tied}, {5}, 7);
    const Tensor h = outputs(trunk_of(model, 1), x);
    REQUIRE(h.sizes() == at::IntArrayRef{2, 3, 5, 8});
    const Tensor scale = (h.square().mean(-1, true) + 1e-5).rsqrt();
    const Tensor normed = h * scale * slice_of(model, "norm.weight").view({2, 1, 1, 8});
    const Tensor head =
        tied ? slice_of(model, "embed.weight").transpose(1, 2) : slice_of(model, "head.weight");
    CHECK(largest_difference(normed.matmul(head.unsqueeze(1)), outputs(model, x)) < 1e-12);
  }
}

TEST_CASE("trunk: training it changes the layers up to it, and copy_slices puts them back") {
  const Model model = drawn({.arch = "transformer", .width = 8, .depth = 2, .heads = 2}, {5}, 7);
  const Dataset data = Dataset::own((Streams({3, 4}, "x").uniform({6, 5}) * 7).floor());
  Recipe recipe;
  recipe.epochs = 1;
  recipe.lr = .1;
  recipe.optimizer = "sgd";
  Run run({3, 4});
  const Model trained = train(trunk_of(model, 0), data, recipe, run, [](const Batch& batch) {
    return batch.mean(batch.logits_KBC.square().flatten(2).mean(2));
  });
  Model answer{model.network, model.theta_KP.clone()};
  copy_slices(trained, answer);
  const auto moved = [&](const char* name) {
    return largest_difference(slice_of(answer, name), slice_of(model, name));
  };
  for (const char* name : {"embed.weight", "block0.attn.q.weight", "block0.mlp.down.weight"}) {
    CHECK(moved(name) > 1e-6);
  }
  for (const char* name : {"block1.attn.q.weight", "block1.mlp.down.weight", "norm.weight"}) {
    CHECK(moved(name) == 0);
  }
}

TEST_CASE("trunk: layers that there are not are named") {
  const auto message = [](const NetworkSpec& spec, const std::vector<std::int64_t>& input,
                          std::int64_t layer) {
    return error_of([&] { trunk_of(drawn(spec, input, 2), layer); });
  };
  CHECK(message({.arch = "mlp", .width = 4, .depth = 2}, {3}, 2) ==
        "trunk_of: there is no layer 2, the network has hidden layers 0 to 1");
  CHECK(message({.arch = "cnn", .width = 2}, {8, 8}, 0) ==
        "trunk_of: there is no layer 0, the network has none whose activations are known");
  CHECK_FALSE(has_trunk(*make_network({.arch = "mlp", .depth = 0}, {3}, 2)));
}
