#include "bench/support/networks.h"

#include <ATen/ATen.h>
#include <numeric>

namespace assay::bench {
namespace {

MeasuredNetwork mlp(std::int64_t inputs, std::int64_t width) {
  const std::string hidden = std::to_string(width);
  return {.name = "mlp-" + std::to_string(inputs) + "-" + hidden + "-" + hidden + "-10",
          .spec = {.arch = "mlp", .width = width, .depth = 2},
          .input = {inputs}};
}

}  // namespace

StepCost MeasuredNetwork::cost(std::int64_t batch) const {
  if (spec.arch == "cnn") return cnn_cost(spec.width, input[0], classes, batch);
  return mlp_cost({input[0], spec.width, spec.width, classes}, batch);
}

const std::vector<MeasuredNetwork>& measured_networks() {
  static const std::vector<MeasuredNetwork> networks = {
      mlp(64, 32), mlp(64, 64), mlp(64, 128), mlp(64, 256), mlp(784, 100),
      {.name = "cnn-14x14-16", .spec = {.arch = "cnn", .width = 16}, .input = {14, 14}}};
  return networks;
}

std::vector<std::uint64_t> first_seeds(std::int64_t models) {
  std::vector<std::uint64_t> seeds(static_cast<std::size_t>(models));
  std::iota(seeds.begin(), seeds.end(), 0);
  return seeds;
}

Model cohort(const MeasuredNetwork& network, std::int64_t models) {
  Model model;
  model.network = make_network(network.spec, network.input, network.classes);
  model.theta_KP =
      initial_parameters(model.network->layout(), Streams(first_seeds(models), "bench.init"));
  return model;
}

Problem random_problem(const MeasuredNetwork& network, std::int64_t models, std::int64_t items) {
  std::vector<std::int64_t> shape = network.input;
  shape.insert(shape.begin(), items);
  const Tensor item_KN = at::arange(items, at::kLong).unsqueeze(0).expand({models, items});
  return {Dataset::shared(at::randn(shape), item_KN.contiguous()),
          at::randn({models, items, network.classes}).softmax(2)};
}

}  // namespace assay::bench
