#include "host/statistics/sweep_fit.h"

namespace assay {

Crossing first_crossing(const std::vector<double>& x, const std::vector<double>& y, double level) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] == level) return {x[i], 0};
    if (i + 1 == y.size() || (y[i] < level) == (y[i + 1] < level)) continue;
    return {x[i] + (level - y[i]) / (y[i + 1] - y[i]) * (x[i + 1] - x[i]), 0};
  }
  return {std::nullopt, y.front() > level ? 1 : -1};
}

}  // namespace assay
