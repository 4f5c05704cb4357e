// Normal random numbers that are the same with every standard library.
#pragma once

#include "host/statistics/random_stream.h"

#include <cmath>
#include <cstddef>
#include <vector>

/// Standard normal values by Box and Muller; one generator for each test, so tests do not depend on
/// each other.
class NormalStream {
 public:
  explicit NormalStream(std::uint64_t seed) : stream_(assay::stream_key(seed, "test data"), 0) {}

  double next() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * 3.14159265358979323846 * uniform());
  }
  std::vector<double> sample(std::size_t n, double mean = 0) {
    std::vector<double> values(n);
    for (double& value : values) value = mean + next();
    return values;
  }
  std::vector<std::vector<double>> table(std::size_t rows, std::size_t columns) {
    std::vector<std::vector<double>> result;
    for (std::size_t i = 0; i < rows; ++i) result.push_back(sample(columns));
    return result;
  }

 private:
  double uniform() { return (static_cast<double>(stream_.next() >> 11) + 0.5) * 0x1p-53; }

  assay::RandomStream stream_;
};
