#include "bench/support/step_cost.h"

namespace assay::bench {
namespace {

/// A layer as a product: `rows` inputs of length `in` to outputs of length `out`.
struct Layer {
  std::int64_t rows, in, out;
};

StepCost cost_of(const std::vector<Layer>& layers, std::int64_t parameters) {
  StepCost cost;
  cost.parameters = parameters;
  for (const Layer& layer : layers) cost.products.push_back({layer.rows, layer.in, layer.out});
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    cost.products.push_back({layer->in, layer->rows, layer->out, /*left_transposed=*/true});
    if (layer + 1 == layers.rend()) break;
    cost.products.push_back({layer->rows, layer->out, layer->in, false, /*right_transposed=*/true});
  }
  return cost;
}

}  // namespace

double StepCost::flops() const {
  double sum = 0;
  for (const Product& product : products) sum += product.flops();
  return sum;
}

StepCost mlp_cost(const std::vector<std::int64_t>& sizes, std::int64_t batch) {
  std::vector<Layer> layers;
  std::int64_t parameters = 0;
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    layers.push_back({batch, sizes[i], sizes[i + 1]});
    parameters += (sizes[i] + 1) * sizes[i + 1];
  }
  return cost_of(layers, parameters);
}

StepCost cnn_cost(std::int64_t width, std::int64_t side, std::int64_t classes, std::int64_t batch) {
  std::vector<Layer> layers;
  std::int64_t parameters = 0, channels = 1;
  for (int layer = 0; layer < 2; ++layer) {
    const std::int64_t out = width << layer;
    layers.push_back({batch * side * side, channels * 9, out});
    parameters += (channels * 9 + 1) * out;
    channels = out;
    side /= 2;
  }
  const std::int64_t features = channels * side * side;
  layers.push_back({batch, features, classes});
  parameters += (features + 1) * classes;
  return cost_of(layers, parameters);
}

std::vector<Product> forward_products(const StepCost& cost) {
  // n layers make n forward products, n weight gradients and n - 1 input gradients.
  const auto layers = static_cast<std::ptrdiff_t>((cost.products.size() + 1) / 3);
  return {cost.products.begin(), cost.products.begin() + layers};
}

double limit_seconds(const StepCost& cost, std::int64_t models) {
  const auto parameters = static_cast<double>(cost.parameters);
  return cost.flops() / sgemm_peak() +
         24 * parameters / bandwidth(16 * parameters * static_cast<double>(models));
}

}  // namespace assay::bench
