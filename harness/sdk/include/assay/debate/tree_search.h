// Monte Carlo tree search over the rest of a debate, all games side by side: every game goes
// through its own tree, and the judge is asked about all of them at once.
#pragma once

#include <assay/debate.h>

#include <cstdint>
#include <functional>

namespace assay::debate {

/// A move in a tree, as the one who would make it sees it.
struct Edge {
  double prior = 0;   ///< share of the search that it is given beforehand; all moves add up to 1
  double visits = 0;  ///< playouts that went through it
  double mean = 0;    ///< mean of their values, in [0, 1]; 0 where there are none
};

struct TreeSearch {
  std::int64_t playouts = 0;  ///< of each game; each is one judge call
  /// How good it is to look at a move once more; `visits` are those of all moves beside it. The
  /// largest is taken, of equals the first. For the opponent's moves it is asked from their side.
  std::function<double(const Edge& edge, double visits)> urgency;
  /// Priors of the mover's moves now, [K, G, A] as legal_places(); undefined, and deeper: equal.
  Tensor prior_KGA;
};

/// Coulom 2006, Kocsis & Szepesvari 2006: from the position as it is, each playout goes down the
/// tree by `urgency`, adds one position, and ends the game at random; its value is sigmoid of the
/// judge's margin. Returns the move with the most visits, of equals the one with the higher mean:
/// int64 [K, G].
Tensor tree_search(const Turn& turn, const TreeSearch& how, const Streams& streams);

/// Urgency by upper confidence bounds: mean + c sqrt(ln N / n) for a move with n of N visits;
/// without any it comes first.
std::function<double(const Edge&, double)> upper_confidence(double c);

}  // namespace assay::debate
