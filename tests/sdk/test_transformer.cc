// The transformer's plain path against slow loops, and what makes it a decoder of a cohort.
#include "support.h"
#include "transformers.h"

#include <torch/csrc/autograd/autograd.h>
#include <cmath>

using namespace assay;
using namespace assay::testing;

namespace {

using Vec = std::vector<double>;

// One sequence of one row by the definitions, number by number.
class Slow {
 public:
  Slow(const NetworkSpec& spec, const Model& model, std::int64_t row)
      : spec_(spec), model_(model), row_(row) {}

  std::vector<Vec> logits(const std::vector<std::int64_t>& tokens) const {
    std::vector<Vec> h;
    for (const std::int64_t token : tokens) h.push_back(row_of(matrix("embed.weight"), token));
    for (std::int64_t i = 0; i < spec_.depth; ++i) {
      const std::string name = "block" + std::to_string(i);
      attend(name + ".attn.", h);
      for (Vec& x : h) add(x, mlp(name + ".mlp.", normed(name + ".mlp.norm.weight", x)));
    }
    const Tensor head = spec_.tied ? matrix("embed.weight").t() : matrix("head.weight");
    for (Vec& x : h) x = times(normed("norm.weight", x), head);
    return h;
  }

 private:
  Tensor matrix(const std::string& name) const { return slice_of(model_, name)[row_]; }
  static Vec row_of(const Tensor& matrix, std::int64_t row) {
    const Tensor values = matrix[row].contiguous();
    return Vec(values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel());
  }
  static Vec times(const Vec& x, const Tensor& matrix) {
    const auto m = matrix.accessor<double, 2>();
    Vec y(static_cast<std::size_t>(matrix.size(1)));
    for (std::size_t o = 0; o < y.size(); ++o) {
      for (std::size_t i = 0; i < x.size(); ++i)
        y[o] += x[i] * m[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(o)];
    }
    return y;
  }
  static void add(Vec& x, const Vec& y) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  }
  Vec normed(const std::string& name, Vec x) const {
    const Tensor weights = matrix(name);
    const auto weight = weights.accessor<double, 1>();
    double square = 0;
    for (const double value : x) square += value * value / static_cast<double>(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] *= weight[static_cast<std::int64_t>(i)] / std::sqrt(square + 1e-5);
    return x;
  }
  Vec mlp(const std::string& name, const Vec& x) const {
    Vec up = times(x, matrix(name + "up.weight"));
    if (spec_.activation == "swiglu") {
      const Vec gate = times(x, matrix(name + "gate.weight"));
      for (std::size_t i = 0; i < up.size(); ++i) up[i] *= gate[i] / (1 + std::exp(-gate[i]));
    } else {
      for (double& u : up)
        u = u / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (u + 0.044715 * u * u * u)));
    }
    return times(up, matrix(name + "down.weight"));
  }
  // As a complex number turned: the pair (i, i + half) by position / base^(2 i / size).
  static void rotate(double* head, std::size_t size, std::size_t position, double base) {
    for (std::size_t i = 0; i < size / 2; ++i) {
      const double angle =
          static_cast<double>(position) *
          std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(size));
      const double a = head[i], b = head[i + size / 2];
      head[i] = a * std::cos(angle) - b * std::sin(angle);
      head[i + size / 2] = a * std::sin(angle) + b * std::cos(angle);
    }
  }
  void attend(const std::string& name, std::vector<Vec>& h) const {
    const auto size = static_cast<std::size_t>(spec_.width / spec_.heads);
    const auto heads = static_cast<std::size_t>(spec_.heads);
    const auto kv = static_cast<std::size_t>(spec_.kv_heads == 0 ? spec_.heads : spec_.kv_heads);
    std::vector<Vec> q, k, v;
    for (std::size_t t = 0; t < h.size(); ++t) {
      const Vec x = normed(name + "norm.weight", h[t]);
      q.push_back(times(x, matrix(name + "q.weight")));
      k.push_back(times(x, matrix(name + "k.weight")));
      v.push_back(times(x, matrix(name + "v.weight")));
      for (std::size_t i = 0; i < heads; ++i) rotate(&q[t][i * size], size, t, spec_.rope_base);
      for (std::size_t i = 0; i < kv; ++i) rotate(&k[t][i * size], size, t, spec_.rope_base);
    }
    for (std::size_t t = 0; t < h.size(); ++t) {
      Vec mixed(heads * size);
      for (std::size_t head = 0; head < heads; ++head) {
        const std::size_t own = head * size, shared = head / (heads / kv) * size;
        Vec weight;
        double sum = 0;
        for (std::size_t s = 0; s <= t; ++s) {
          double dot = 0;
          for (std::size_t i = 0; i < size; ++i) dot += q[t][own + i] * k[s][shared + i];
          weight.push_back(std::exp(dot / std::sqrt(static_cast<double>(size))));
          sum += weight.back();
        }
        for (std::size_t s = 0; s <= t; ++s) {
          for (std::size_t i = 0; i < size; ++i)
            mixed[own + i] += weight[s] / sum * v[s][shared + i];
        }
      }
      add(h[t], times(mixed, matrix(name + "o.weight")));
    }
  }

  NetworkSpec spec_;
  Model model_;
  std::int64_t row_;
};

}  // namespace

TEST_CASE("a transformer computes what plain loops do, row by row") {
  for (const NetworkSpec& spec : {small, llama}) {
    const Model model = random_model(spec, 11, 7, {3, 4});
    const Tensor x = random_tokens({3, 4}, 11, {3, 7});
    const Tensor logits = forward(model, x);
    CHECK(logits.sizes() == at::IntArrayRef({2, 3, 7, 11}));
    for (std::int64_t row = 0; row < 2; ++row) {
      for (std::int64_t item = 0; item < 3; ++item) {
        const Tensor one = x[row][item].contiguous();
        const std::vector<std::int64_t> tokens(one.const_data_ptr<std::int64_t>(),
                                               one.const_data_ptr<std::int64_t>() + 7);
        const std::vector<Vec> expected = Slow(spec, model, row).logits(tokens);
        for (std::int64_t t = 0; t < 7; ++t) {
          CHECK(largest_difference(logits[row][item][t],
                                   doubles(expected[static_cast<std::size_t>(t)], {11})) < 1e-11);
        }
      }
    }
  }
}

TEST_CASE("a token changes the logits of its own and later positions alone") {
  for (const NetworkSpec& spec : {small, llama}) {
    const Model model = random_model(spec, 11, 40, {1});
    const Tensor x = random_tokens({1}, 11, {2, 40});
    Tensor other = x.clone();
    other[0][1][23] = (other[0][1][23] + 1) % 11;
    const Tensor a = forward(model, x), b = forward(model, other);
    CHECK(a[0][0].equal(b[0][0]));
    CHECK(a[0][1].narrow(0, 0, 23).equal(b[0][1].narrow(0, 0, 23)));
    for (std::int64_t t = 23; t < 40; ++t) CHECK_FALSE(a[0][1][t].equal(b[0][1][t]));
  }
}

TEST_CASE("a transformer's rows do not mix, and sequences may be pairs and shorter") {
  const std::vector<std::uint64_t> seeds = {5, 6, 7};
  const Model model = random_model(llama, 9, 12, seeds);
  const Tensor x = random_tokens(seeds, 9, {4, 2, 10});
  const Tensor together = forward(model, x);
  CHECK(together.sizes() == at::IntArrayRef({3, 4, 2, 10, 9}));
  for (std::int64_t row = 0; row < 3; ++row) {
    const Model alone = select_rows(model, {row});
    CHECK(largest_difference(forward(alone, x.narrow(0, row, 1))[0], together[row]) < 1e-12);
    CHECK(largest_difference(forward(alone, x.narrow(0, row, 1).select(3 - 1, 1))[0],
                             together[row].select(1, 1)) < 1e-12);
  }
  // Shared inputs need one copy; tokens may be held as numbers of any type.
  const Tensor shared = x.narrow(0, 0, 1);
  CHECK(forward(model, shared).equal(forward(model, shared.to(at::kFloat).expand({3, 4, 2, 10}))));
  CHECK(largest_difference(forward(model, shared)[0], together[0]) < 1e-12);
  Tensor poisoned = model.theta_KP.clone();
  poisoned[1].fill_(std::nan(""));
  const Tensor beside = forward({model.network, poisoned}, x);
  CHECK(largest_difference(beside[2], together[2]) < 1e-12);
  CHECK(beside[1].isnan().all().item<bool>());
}

TEST_CASE("a transformer's gradient agrees with finite differences") {
  for (const NetworkSpec& spec : {small, llama}) {
    const Model model = random_model(spec, 6, 5, {1, 2});
    const Tensor x = random_tokens({1, 2}, 6, {3, 5});
    const Tensor weight = Streams({1, 2}, "weight").normal({3, 5, 6});
    const auto value_K = [&](const Tensor& theta_KP) {
      return (forward({model.network, theta_KP}, x) * weight).sum({1, 2, 3});
    };
    const Tensor leaf = model.theta_KP.clone().requires_grad_(true);
    const Tensor gradient_KP = torch::autograd::grad({value_K(leaf).sum()}, {leaf})[0];
    for (const Slice& slice : model.network->layout().slices()) {
      CAPTURE(slice.name);
      Tensor direction_KP = at::zeros_like(model.theta_KP);
      direction_KP.narrow(1, slice.offset, slice.size)
          .copy_(Streams({1, 2}, "direction").normal({slice.size}));
      const double h = 1e-5;
      const Tensor numeric_K = (value_K(model.theta_KP + h * direction_KP) -
                                value_K(model.theta_KP - h * direction_KP)) /
                               (2 * h);
      const Tensor analytic_K = (gradient_KP * direction_KP).sum(1);
      CHECK(largest_difference(numeric_K, analytic_K) <
            1e-7 * std::max(1.0, analytic_K.abs().max().item<double>()));
    }
  }
}

TEST_CASE("a transformer's features are the inputs of its output layer") {
  const Model model = random_model(llama, 9, 6, {1, 2});
  const Outputs outputs =
      model.network->forward(ParameterView(model.network->layout(), model.theta_KP),
                             random_tokens({1, 2}, 9, {3, 6}), {.want_features = true});
  CHECK(outputs.features_KBD.sizes() == at::IntArrayRef({2, 3, 6, 16}));
  const Tensor head = slice_of(model, "head.weight").view({2, 1, 16, 9});
  CHECK(largest_difference(at::matmul(outputs.features_KBD, head), outputs.logits_KBC) < 1e-12);
}

TEST_CASE("a transformer starts as GPT-2 does, and counts its products") {
  const auto network = make_network({.arch = "transformer", .width = 64, .depth = 8}, {2, 32}, 50);
  const Layout& layout = network->layout();
  const Tensor theta_KP = initial_parameters(layout, Streams({4, 5}, "init"));
  CHECK(theta_KP[1].equal(initial_parameters(layout, Streams({5}, "init"))[0]));
  const auto part = [&](const char* name) {
    const Slice& slice = layout.at(name);
    return theta_KP.narrow(1, slice.offset, slice.size).to(at::kDouble);
  };
  for (const char* name : {"embed.weight", "block3.attn.q.weight", "block7.mlp.up.weight"}) {
    CHECK(part(name).std().item<double>() == Approx(0.02).epsilon(0.03));
    CHECK(std::abs(part(name).mean().item<double>()) < 0.001);
  }
  for (const char* name : {"block0.attn.o.weight", "block7.mlp.down.weight"}) {
    CHECK(part(name).std().item<double>() == Approx(0.02 / 4).epsilon(0.03));  // sqrt(2 x 8)
  }
  CHECK(part("block0.attn.norm.weight").eq(1).all().item<bool>());
  CHECK(layout.find("head.weight") == nullptr);
  CHECK(network->classes() == 50);
  // Per token and block: q, k, v, o of 64 x 64, two of 64 x 256, and of 33 / 2 positions on average
  // the scores and the sum of 64; then 64 x 50.
  const double block = 4 * 64 * 64 + 2 * 64 * 256 + 2 * 64 * 16.5;
  CHECK(network->forward_flops() == 2 * 2 * 32 * (8 * block + 64 * 50));
  const auto gated = make_network({.arch = "transformer",
                                   .width = 64,
                                   .depth = 1,
                                   .kv_heads = 1,
                                   .activation = "swiglu",
                                   .tied = false},
                                  {1}, 50);
  CHECK(gated->layout().at("block0.mlp.gate.weight").shape == std::vector<std::int64_t>{64, 176});
  CHECK(gated->layout().at("block0.attn.k.weight").shape == std::vector<std::int64_t>{64, 16});
  CHECK(gated->forward_flops() ==
        2 * (2 * 64 * 64 + 2 * 64 * 16 + 3 * 64 * 176 + 2 * 64 + 64 * 50));
}

TEST_CASE("transformers that cannot be built or fed say why") {
  const auto built = [](NetworkSpec spec, std::vector<std::int64_t> input = {8}) {
    spec.arch = "transformer";
    return error_of([&] { make_network(spec, input, 3); });
  };
  CHECK(built({.width = 30}) == "network: heads is 4, which does not divide width, 30");
  CHECK(built({.width = 12}) ==
        "network: a transformer's heads have width / heads numbers, here 3: they must be even for "
        "the "
        "rotation");
  CHECK(built({.kv_heads = 3}) == "network: kv_heads is 3, which does not divide heads, 4");
  CHECK(built({.heads = 0}) == "network: heads is 0, which does not divide width, 64");
  CHECK(
      built({.activation = "swigul"}) ==
      "network: there is no activation 'swigul' (did you mean 'swiglu'?); known are gelu, swiglu");
  CHECK(built({.rope_base = 1}) == "network: rope_base must be above 1, but is 1.000000");
  CHECK(built({.context = -1}) == "network: context must be between 0 and 1048576, but is -1");
  CHECK(
      built({.context = 7}) ==
      "network: context is 7, but the inputs' last axis, time, is 8: make it at least that, or 0");

  const Model model = random_model(small, 5, 8, {1, 2});
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{2, 3, 9}, {3, 3, 8}, {2, 8}}) {
    CHECK(error_of([&] { forward(model, at::zeros(shape)); }) ==
          "transformer: inputs must be [2 or 1, batch, ..., 1 to 8], but are " + [&] {
            std::ostringstream text;
            text << at::IntArrayRef(shape);
            return text.str();
          }());
  }
  for (const double value : {-1.0, 5.0, 1.5}) {
    Tensor x = at::zeros({2, 3, 8}, at::kDouble);
    x[1][2][4] = value;
    std::ostringstream text;
    text << "transformer: inputs must be tokens, whole numbers from 0 to 4, but there is " << value
         << " at [1, 2, 4]";
    CHECK(error_of([&] { forward(model, x); }) == text.str());
  }
}
