#include "reports/panels/elo.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::reports {

double elo_chance(double first, double second) {
  return 1 / (1 + std::pow(10, (second - first) / 400));
}

// Gauss-Newton with the diagonal alone and half steps: a few players and a smooth function.
EloFit fit_elo(std::size_t players, const std::vector<Pairing>& pairings) {
  constexpr int steps = 5000;
  const double slope = std::log(10.0) / 400;
  EloFit fit;
  fit.rating.assign(players, 1500);
  for (int step = 0; step < steps; ++step) {
    std::vector<double> gradient(players, 0), curvature(players, 1e-12);
    double squares = 0;
    for (const Pairing& pairing : pairings) {
      const double chance = elo_chance(fit.rating[pairing.first], fit.rating[pairing.second]);
      const double error = std::clamp(pairing.won, .01, .99) - chance;
      const double change = chance * (1 - chance) * slope;
      squares += error * error;
      gradient[pairing.first] += error * change;
      gradient[pairing.second] -= error * change;
      curvature[pairing.first] += change * change;
      curvature[pairing.second] += change * change;
    }
    fit.error = std::sqrt(squares / static_cast<double>(pairings.size()));
    for (std::size_t player = 0; player < players; ++player) {
      fit.rating[player] += std::clamp(gradient[player] / curvature[player] / 2, -50.0, 50.0);
    }
  }
  const double mean =
      std::accumulate(fit.rating.begin(), fit.rating.end(), 0.0) / static_cast<double>(players);
  for (double& rating : fit.rating) rating += 1500 - mean;
  return fit;
}

}  // namespace assay::reports
