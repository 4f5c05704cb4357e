// Ratings from win rates, as Khan et al. 2024 (arXiv:2402.06782) rate debaters.
#pragma once

#include <cstddef>
#include <vector>

namespace assay::reports {

/// Of two players the share of games that the first won against the second.
struct Pairing {
  std::size_t first = 0, second = 0;
  double won = 0;
};

struct EloFit {
  std::vector<double> rating;  ///< mean 1500
  double error = 0;            ///< root mean square of win rate minus what the ratings give
};

/// 1 / (1 + 10^((second - first) / 400)).
double elo_chance(double first, double second);

/// Least squares on win rates, which count as at least .01 and at most .99: who never lost would
/// have an infinite rating. Every player has a pairing.
EloFit fit_elo(std::size_t players, const std::vector<Pairing>& pairings);

}  // namespace assay::reports
