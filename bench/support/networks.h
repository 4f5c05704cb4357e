// The networks that are measured, with data to train them on.
#pragma once

#include "bench/support/step_cost.h"

#include <assay/dataset.h>
#include <assay/network.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace assay::bench {

struct MeasuredNetwork {
  std::string name;                  ///< "mlp-64-32-32-10"
  NetworkSpec spec;
  std::vector<std::int64_t> input;   ///< shape of an item
  std::int64_t classes = 10;

  StepCost cost(std::int64_t batch) const;
};

/// MLPs 64-h-h-10 (h = 32, 64, 128, 256) and 784-100-100-10, and the cnn on 14x14 images.
const std::vector<MeasuredNetwork>& measured_networks();

/// K models with initial parameters of the seeds 0 to K-1.
Model cohort(const MeasuredNetwork& network, std::int64_t models);

/// `items` random items for each of K rows, from one pool held once, and soft targets [K, N, C].
struct Problem {
  Dataset data;
  Tensor target_KNC;
};
Problem random_problem(const MeasuredNetwork& network, std::int64_t models, std::int64_t items);

/// The seeds 0 to K-1.
std::vector<std::uint64_t> first_seeds(std::int64_t models);

}  // namespace assay::bench
