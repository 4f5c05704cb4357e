#include "support.h"

#include <cmath>

using namespace assay;
using namespace assay::testing;

namespace {

Tensor forward(const Model& model, const Tensor& x) {
  return model.network->forward(ParameterView(model.network->layout(), model.theta_KP), x, {})
      .logits_KBC;
}

Model random_model(const NetworkSpec& spec, const std::vector<std::int64_t>& input,
                   std::int64_t classes, std::int64_t rows) {
  std::vector<std::uint64_t> seeds;
  for (std::int64_t k = 0; k < rows; ++k) seeds.push_back(static_cast<std::uint64_t>(k));
  Model model{make_network(spec, input, classes), {}};
  model.theta_KP =
      initial_parameters(model.network->layout(), Streams(seeds, "init")).to(at::kDouble);
  return model;
}

// One row's small cnn on one image, by the definitions: convolution, ReLU, pooling, twice, then linear.
std::vector<double> plain_cnn(const Model& model, std::int64_t row, const Tensor& image_CHW) {
  Tensor h = image_CHW;
  for (const std::string name : {"conv0", "conv1"}) {
    const Tensor weight = slice_of(model, name + ".weight")[row];
    const Tensor bias = slice_of(model, name + ".bias")[row];
    const auto w = weight.accessor<double, 4>();
    const auto in = h.accessor<double, 3>();
    const std::int64_t height = h.size(1), breadth = h.size(2);
    Tensor out = at::zeros({weight.size(0), height / 2, breadth / 2}, at::kDouble);
    auto pooled = out.accessor<double, 3>();
    for (std::int64_t o = 0; o < weight.size(0); ++o) {
      for (std::int64_t y = 0; y < height / 2 * 2; ++y) {
        for (std::int64_t x = 0; x < breadth / 2 * 2; ++x) {
          double sum = bias[o].item<double>();
          for (std::int64_t c = 0; c < h.size(0); ++c) {
            for (std::int64_t dy = -1; dy <= 1; ++dy) {
              for (std::int64_t dx = -1; dx <= 1; ++dx) {
                if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= breadth) continue;
                sum += w[o][c][dy + 1][dx + 1] * in[c][y + dy][x + dx];
              }
            }
          }
          double& best = pooled[o][y / 2][x / 2];
          best = std::max(best, sum);  // starts at 0: this is the ReLU too
        }
      }
    }
    h = out;
  }
  std::vector<double> logits;
  const Tensor flat = h.flatten();
  const Tensor weight = slice_of(model, "head.weight")[row], bias = slice_of(model, "head.bias")[row];
  for (std::int64_t c = 0; c < weight.size(1); ++c) {
    logits.push_back((flat * weight.select(1, c)).sum().item<double>() + bias[c].item<double>());
  }
  return logits;
}

// Compares the gradient along random directions with central differences.
void check_gradient(const NetworkSpec& spec, const std::vector<std::int64_t>& input) {
  const Cohort cohort(spec, input, 3, {6, 6});
  Tensor gradient_KP;
  Recipe recipe;
  recipe.epochs = 1;
  recipe.batch = 6;
  recipe.optimizer = "sgd";
  recipe.schedule = "constant";
  recipe.lr = 1;
  gradient_KP = cohort.model.theta_KP - cohort.train(recipe);  // one step of SGD with lr 1
  const auto loss_K = [&](const Tensor& theta_KP) {
    return cross_entropy(forward({cohort.model.network, theta_KP}, cohort.x), cohort.target).mean(1);
  };
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    const Tensor direction_KP =
        Streams(cohort.seeds, "direction").normal({gradient_KP.size(1)}, trial);
    const double h = 1e-6;
    const Tensor numeric_K = (loss_K(cohort.model.theta_KP + h * direction_KP) -
                              loss_K(cohort.model.theta_KP - h * direction_KP)) / (2 * h);
    const Tensor analytic_K = (gradient_KP * direction_KP).sum(1);
    CHECK(largest_difference(numeric_K, analytic_K) < 1e-6 * analytic_K.abs().max().item<double>());
  }
}

}  // namespace

TEST_CASE("an mlp computes what a hand does") {
  Model model = random_model({.arch = "mlp", .width = 2, .depth = 1}, {2}, 1, 1);
  set_slice(model, "layer0.weight", doubles({1, -1, 2, 1}, {1, 2, 2}));
  set_slice(model, "layer0.bias", doubles({0.5, -2}, {1, 2}));
  set_slice(model, "head.weight", doubles({1, -3}, {1, 2, 1}));
  set_slice(model, "head.bias", 0.25);
  // x = (1, 2): hidden (1 + 4 + .5, -1 + 2 - 2) = (5.5, -1), ReLU (5.5, 0), output 5.75.
  CHECK(forward(model, doubles({1, 2}, {1, 1, 2})).item<double>() == 5.75);
  CHECK(model.network->forward_flops() == 2 * (2 * 2 + 2 * 1));
}

TEST_CASE("an mlp's last hidden layer can be narrower than the others") {
  const auto network = make_network({.width = 6, .depth = 2, .features = 2}, {4}, 3);
  CHECK(network->layout().at("layer0.weight").shape == std::vector<std::int64_t>{4, 6});
  CHECK(network->layout().at("layer1.weight").shape == std::vector<std::int64_t>{6, 2});
  CHECK(network->layout().at("head.weight").shape == std::vector<std::int64_t>{2, 3});
  CHECK(network->forward_flops() == 2 * (4 * 6 + 6 * 2 + 2 * 3));
}

TEST_CASE("a cnn computes what plain loops do, row by row") {
  const Model model = random_model({.arch = "cnn", .width = 2}, {2, 9, 6}, 3, 2);
  const Tensor x = Streams({1, 2}, "x").normal({4, 2, 9, 6});
  const Tensor logits_KBC = forward(model, x);
  for (std::int64_t row = 0; row < 2; ++row) {
    for (std::int64_t item = 0; item < 4; ++item) {
      const std::vector<double> expected = plain_cnn(model, row, x[row][item]);
      CHECK(largest_difference(logits_KBC[row][item], doubles(expected, {3})) < 1e-12);
    }
  }
  // 9 products a pixel and channel pair: 2 * 9 * (2*2*54 + 2*4*12), then 4*2*1 features to 3 classes.
  CHECK(model.network->forward_flops() == 2 * 9 * (2 * 2 * 54 + 2 * 4 * 12) + 2 * 8 * 3);
}

TEST_CASE("a cnn takes flat square images") {
  const Model flat = random_model({.arch = "cnn", .width = 3}, {196}, 10, 1);
  const Model square{make_network({.arch = "cnn", .width = 3}, {14, 14}, 10), flat.theta_KP};
  const Tensor x = Streams({1}, "x").normal({5, 196});
  CHECK(forward(flat, x).equal(forward(square, x.view({1, 5, 14, 14}))));
}

TEST_CASE("inputs that all rows share need one copy only") {
  for (const char* arch : {"mlp", "cnn"}) {
    const Model model = random_model({.arch = arch, .width = 4}, {36}, 3, 3);
    const Tensor x = Streams({1}, "x").normal({5, 36});
    CHECK(largest_difference(forward(model, x), forward(model, x.repeat({3, 1, 1}))) < 1e-14);
  }
}

TEST_CASE("gradients agree with finite differences") {
  check_gradient({.arch = "mlp", .width = 5, .depth = 2}, {4});
  check_gradient({.arch = "mlp", .depth = 0}, {4});
  check_gradient({.arch = "cnn", .width = 2}, {6, 6});
}

TEST_CASE("features are the inputs of the output layer") {
  for (const char* arch : {"mlp", "cnn"}) {
    const Model model = random_model({.arch = arch, .width = 4}, {36}, 3, 2);
    const Outputs outputs =
        model.network->forward(ParameterView(model.network->layout(), model.theta_KP),
                               Streams({1, 2}, "x").normal({5, 36}), {.want_features = true});
    const Tensor logits = at::baddbmm(slice_of(model, "head.bias").unsqueeze(1),
                                      outputs.features_KBD, slice_of(model, "head.weight"));
    CHECK(largest_difference(logits, outputs.logits_KBC) < 1e-14);
  }
}

TEST_CASE("initial values are torch's defaults, the same in any cohort") {
  const auto network = make_network({.arch = "mlp", .width = 100, .depth = 1}, {400}, 10);
  const Layout& layout = network->layout();
  const Tensor theta_KP = initial_parameters(layout, Streams({4, 5, 6}, "init"));
  CHECK(theta_KP.scalar_type() == at::kFloat);
  CHECK(theta_KP[1].equal(initial_parameters(layout, Streams({5}, "init"))[0]));
  const Slice& weight = layout.at("layer0.weight");
  const Tensor part = theta_KP.narrow(1, weight.offset, weight.size).to(at::kDouble);
  CHECK(part.abs().max().item<double>() == Approx(0.05).epsilon(1e-3));  // 1 / sqrt(400)
  CHECK(part.var().item<double>() == Approx(0.0025 / 3).epsilon(0.02));
  const Slice& bias = layout.at("head.bias");
  CHECK(theta_KP.narrow(1, bias.offset, bias.size).abs().max().item<double>() <= 0.1);
}

TEST_CASE("slices can be replaced and copied between networks") {
  const Model pretrained = random_model({.arch = "mlp", .width = 8, .depth = 1}, {6}, 10, 2);
  Model student = random_model({.arch = "mlp", .width = 8, .depth = 1}, {6}, 3, 2);
  student.theta_KP = student.theta_KP + 1;
  const Tensor head = slice_of(student, "head.weight").clone();
  CHECK(copy_slices(pretrained, student) ==
        std::vector<std::string>{"layer0.weight", "layer0.bias"});
  CHECK(slice_of(student, "layer0.weight").equal(slice_of(pretrained, "layer0.weight")));
  CHECK(slice_of(student, "head.weight").equal(head));
  set_slice(student, "head.weight", 0);
  set_slice(student, "head.bias", 0);
  CHECK(forward(student, Streams({1, 2}, "x").normal({4, 6})).abs().max().item<double>() == 0);

  CHECK(error_of([&] { set_slice(student, "head.wieght", 0); }) ==
        "the network has no parameters called 'head.wieght' (did you mean 'head.weight'?); it has "
        "layer0.weight, layer0.bias, head.weight, head.bias");
  CHECK(error_of([&] { set_slice(student, "head.bias", at::zeros({2, 4})); }) ==
        "set_slice: 'head.bias' is [2, 3], the value is [2, 4]");
  CHECK(error_of([&] { select_rows(student, {2}); }) == "select_rows: row 2 of a cohort of 2");
}

TEST_CASE("networks that cannot be built say why") {
  const auto built = [](const NetworkSpec& spec, std::vector<std::int64_t> input,
                        std::int64_t classes = 3) {
    return error_of([&] { make_network(spec, input, classes); });
  };
  CHECK(built({.arch = "mpl"}, {4}) ==
        "network: there is no arch 'mpl' (did you mean 'mlp'?); known are mlp, cnn, transformer");
  CHECK(built({.width = 0}, {4}) == "network: width must be between 1 and 65536, but is 0");
  CHECK(built({.depth = 0, .features = 8}, {4}) ==
        "network: features is 8, but an mlp of depth 0 has no hidden layer");
  CHECK(built({}, {4}, 0) == "network: classes must be between 1 and 1048576, but is 0");
  CHECK(built({}, {}) == "network: the inputs are single numbers; give them a shape, [1]");
  CHECK(built({.arch = "cnn"}, {15}) ==
        "network: a cnn takes images, [H, W] or [C, H, W] or a flat square image, each side at least "
        "4, but the inputs are [15]");
  const Model model = random_model({.width = 4}, {4}, 3, 2);
  CHECK(error_of([&] { forward(model, at::zeros({2, 7, 5})); }) ==
        "mlp: inputs must be [2 or 1, batch, 4], but are [2, 7, 5]");
  CHECK(error_of([&] { ParameterView(model.network->layout(), at::zeros({2, 5})); }) ==
        "parameters must be [rows, 55], but are [2, 5]");
}
